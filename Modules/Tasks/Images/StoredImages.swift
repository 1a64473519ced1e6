import Registry

/// Square images of one size in one buffer of bytes.
package struct StoredImages: Sendable, Hashable {
  /// Height and width in pixels.
  package let side: Int
  /// Channels of a pixel, 1 or 3.
  package let channels: Int
  /// The byte that an episode shows as 1.
  package let one: UInt8
  /// `side · side · channels` bytes for each image, row by row, the channels of a pixel adjacent.
  package let bytes: [UInt8]

  /// Creates images from their bytes.
  /// - Precondition: The bytes are a whole number of images.
  package init(side: Int, channels: Int, one: UInt8, bytes: [UInt8]) {
    require(
      side > 0 && channels > 0 && bytes.count.isMultiple(of: side * side * channels), "\(bytes.count) bytes of images with side \(side)")
    self.side = side
    self.channels = channels
    self.one = one
    self.bytes = bytes
  }

  /// The bytes of one image.
  package var imageSize: Int { side * side * channels }

  /// The number of images.
  package var count: Int { bytes.count / imageSize }

  /// Writes one image as numbers from 0 to 1, turned counterclockwise.
  ///
  /// - Parameters:
  ///   - number: The index of the image.
  ///   - quarterTurns: The number of turns by 90°, 0...3.
  ///   - pixels: Receives `side · side · channels` numbers, row by row.
  package func write(_ number: Int, quarterTurns: Int, into pixels: UnsafeMutableBufferPointer<Float>) {
    let scale = Float(one)
    let start = number * imageSize
    bytes.withUnsafeBufferPointer { bytes in
      if quarterTurns == 0 {
        for index in 0..<imageSize { pixels[index] = Float(bytes[start + index]) / scale }
        return
      }
      // The source position of the turned picture's first pixel, and the strides of its rows and columns in the stored picture.
      let (origin, rowStride, columnStride) =
        switch quarterTurns {
        case 1: (side - 1, -1, side)
        case 2: (side * side - 1, -side, -1)
        default: (side * (side - 1), 1, -side)
        }
      var to = 0
      for row in 0..<side {
        var from = start + (origin + row * rowStride) * channels
        for _ in 0..<side {
          for channel in 0..<channels { pixels[to + channel] = Float(bytes[from + channel]) / scale }
          to += channels
          from += columnStride * channels
        }
      }
    }
  }
}
