import Registry
import CPng

/// Decodes a drawing's PNG file to 28 × 28 amounts of ink.
///
/// A pixel of the small picture covers 3.75 × 3.75 pixels of the drawing, which is 15 × 15 quarter pixels. The ink of a black-and-white
/// drawing is therefore a whole number of 225ths, which fits into one byte.
package struct DrawingDecoder {
  /// The side of a drawing, in pixels.
  package static let drawingSide = 105
  /// The side of the small picture, in pixels.
  package static let side = 28
  /// The number of pixels of the small picture.
  package static let pixelCount = side * side
  /// The value of full ink.
  package static let fullInk: UInt8 = 225

  private var picture = [UInt8](repeating: 255, count: drawingSide * drawingSide)

  /// Creates a decoder; use it for many drawings, because it keeps its buffer.
  package init() {}

  /// Decodes a drawing and averages it over boxes.
  ///
  /// - Parameters:
  ///   - png: The file, black ink on white or transparent paper.
  ///   - member: The drawing's name, for errors.
  ///   - ink: Receives 784 numbers in 0...225, row by row.
  /// - Throws: ``OmniglotError/corruptDrawing(member:)`` or ``OmniglotError/wrongSize(member:width:height:)``.
  package mutating func decode(_ png: [UInt8], member: String, into ink: UnsafeMutableBufferPointer<UInt8>) throws(OmniglotError) {
    require(ink.count == Self.pixelCount, "a drawing is written to \(Self.pixelCount) bytes, not to \(ink.count)")
    guard pngChunksFit(png) else { throw .corruptDrawing(member: member) }
    // libpng's simplified interface catches errors in C, so that no jump crosses Swift's frames.
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    var size: (width: Int, height: Int)?
    let isRead = png.withUnsafeBytes { bytes -> Bool in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else { return false }
      size = (Int(image.width), Int(image.height))
      guard image.width == Self.drawingSide, image.height == Self.drawingSide else { return false }
      image.format = png_uint_32(PNG_FORMAT_GRAY)
      var paper = png_color(red: 255, green: 255, blue: 255)
      return picture.withUnsafeMutableBytes { png_image_finish_read(&image, &paper, $0.baseAddress, 0, nil) != 0 }
    }
    if let size, size != (Self.drawingSide, Self.drawingSide) {
      throw .wrongSize(member: member, width: size.width, height: size.height)
    }
    guard isRead else { throw .corruptDrawing(member: member) }
    picture.withUnsafeBufferPointer { Self.average($0, into: ink) }
  }

  /// Box averages with exact area weights, first down the columns, then along the rows.
  private static func average(_ picture: UnsafeBufferPointer<UInt8>, into ink: UnsafeMutableBufferPointer<UInt8>) {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: drawingSide) { columns in
      for row in 0..<side {
        columns.initialize(repeating: 0)
        forEachOverlap(of: row) { source, weight in
          let weight = UInt16(weight)
          for column in 0..<drawingSide { columns[column] &+= UInt16(255 - picture[source * drawingSide + column]) &* weight }
        }
        for column in 0..<side {
          var sum: UInt32 = 0
          forEachOverlap(of: column) { source, weight in sum &+= UInt32(columns[source]) &* UInt32(weight) }
          ink[row * side + column] = UInt8((sum + 127) / 255)
        }
      }
    }
  }

  /// Visits the drawing pixels that a small pixel covers along one axis, with the number of quarters covered, 15 in all.
  private static func forEachOverlap(of pixel: Int, _ body: (_ source: Int, _ quarters: Int) -> Void) {
    var position = 15 * pixel
    while position < 15 * (pixel + 1) {
      let source = position / 4
      let next = min(4 * (source + 1), 15 * (pixel + 1))
      body(source, next - position)
      position = next
    }
  }
}
