import Registry
import CPng
import Tasks

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

  private let reduction = AreaReduction(from: drawingSide, to: side)
  private var picture = [UInt8](repeating: 255, count: drawingSide * drawingSide)
  private var sums = [UInt64](repeating: 0, count: pixelCount)

  /// Creates a decoder; use it for many drawings, because it keeps its buffers.
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
    var (width, height, hasAlpha): (UInt32, UInt32, Int32) = (0, 0, 0)
    var message = [CChar](repeating: 0, count: Int(PNG_FILE_MESSAGE))
    guard png_file_header(png, png.count, &width, &height, &hasAlpha, &message) == 0 else { throw .corruptDrawing(member: member) }
    guard width == Self.drawingSide, height == Self.drawingSide else {
      throw .wrongSize(member: member, width: Int(width), height: Int(height))
    }
    guard png_file_decode(png, png.count, png_file_grey, &picture, &message) == 0 else { throw .corruptDrawing(member: member) }
    let side = Self.drawingSide
    sums.withUnsafeMutableBufferPointer { sums in
      picture.withUnsafeBufferPointer { reduction.inkSums($0, width: side, height: side, channels: 1, into: sums) }
    }
    for index in 0..<Self.pixelCount { ink[index] = UInt8((sums[index] + 127) / 255) }
  }
}
