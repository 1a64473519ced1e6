public import Tasks

extension Omniglot: PictureTask {
  /// A user's drawings are dark on light paper, as Omniglot's.
  public var pictures: PictureFormat { PictureFormat(drawingsOfSide: DrawingDecoder.side) }
}
