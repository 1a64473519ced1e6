extension Glyphs: PictureTask {
  /// A user's drawings are dark on light paper.
  public var pictures: PictureFormat { PictureFormat(drawingsOfSide: GlyphDrawing.side) }
}
