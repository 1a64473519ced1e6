import Registry

/// A decoded picture of any size, with 8 bits for each channel.
package struct Picture: Sendable, Hashable {
  /// How a picture that is not square becomes a square.
  package enum Fit: String, Sendable, Hashable, CaseIterable {
    /// The largest square around the centre is kept.
    case crop
    /// White is added on both sides.
    case pad
  }

  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int
  /// 1 for grey, 3 for red, green and blue.
  package let channels: Int
  /// `height · width · channels` bytes, row by row, the channels of a pixel adjacent; 0 is black and 255 is white.
  package let pixels: [UInt8]

  /// Creates a picture.
  /// - Precondition: The picture is not empty, and has a byte for each channel of each pixel.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    require(width > 0 && height > 0 && pixels.count == width * height * channels, "\(pixels.count) bytes of \(width)×\(height) pixels")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Creates a colour picture from pixels with an alpha channel, on white paper: round((a · c + (255 − a) · 255) / 255).
  ///
  /// - Parameters:
  ///   - width: Columns.
  ///   - height: Rows.
  ///   - pixels: Four bytes for each pixel: red, green, blue, and alpha from 0 (transparent) to 255. The colours are not multiplied by
  ///     alpha.
  package init(width: Int, height: Int, onWhite pixels: [UInt8]) {
    require(pixels.count == width * height * 4, "\(pixels.count) bytes of \(width)×\(height) pixels with alpha")
    let opaque = [UInt8](unsafeUninitializedCapacity: width * height * 3) { opaque, count in
      count = width * height * 3
      pixels.withUnsafeBufferPointer { pixels in
        for pixel in 0..<width * height {
          let alpha = UInt32(pixels[4 * pixel + 3])
          for channel in 0..<3 {
            let value = alpha * UInt32(pixels[4 * pixel + channel]) + (255 - alpha) * 255
            opaque[3 * pixel + channel] = UInt8((value + 127) / 255)
          }
        }
      }
    }
    self.init(width: width, height: height, channels: 3, pixels: opaque)
  }

  /// The picture in shades of grey: 0.299 R + 0.587 G + 0.114 B, rounded; a grey picture keeps its bytes.
  ///
  /// - SeeAlso: ITU-R BT.601, section 2.5.1. The weights are rounded to multiples of 2⁻¹⁶, as in Pillow.
  package var grey: Picture {
    if channels == 1 { return self }
    let count = width * height
    let grey = [UInt8](unsafeUninitializedCapacity: count) { grey, filled in
      filled = count
      pixels.withUnsafeBufferPointer { pixels in
        for pixel in 0..<count {
          let (red, green, blue) = (UInt32(pixels[3 * pixel]), UInt32(pixels[3 * pixel + 1]), UInt32(pixels[3 * pixel + 2]))
          grey[pixel] = UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
        }
      }
    }
    return Picture(width: width, height: height, channels: 1, pixels: grey)
  }

  /// The picture as a camera's EXIF orientation asks to show it.
  ///
  /// The orientations are: 1 as stored; 2 mirrored left to right; 3 turned by 180°; 4 mirrored top to bottom; 5 mirrored at the main
  /// diagonal; 6 turned clockwise by 90°; 7 mirrored at the other diagonal; 8 turned counterclockwise by 90°. Other numbers are as 1.
  /// - SeeAlso: CIPA DC-008 (EXIF 2.32), section 4.6.4, tag 0x0112.
  package func oriented(_ orientation: Int) -> Picture {
    guard 2...8 ~= orientation else { return self }
    let swapsSides = orientation >= 5
    let (newWidth, newHeight) = swapsSides ? (height, width) : (width, height)
    // The stored position of the shown picture's first pixel, and the steps to the next row and the next column.
    let (w, h) = (width, height)
    let (origin, rowStep, columnStep) =
      switch orientation {
      case 2: (w - 1, w, -1)
      case 3: (w * h - 1, -w, -1)
      case 4: (w * (h - 1), -w, 1)
      case 5: (0, 1, w)
      case 6: (w * (h - 1), 1, -w)
      case 7: (w * h - 1, -1, -w)
      default: (w - 1, -1, w)
      }
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { turned, count in
      count = pixels.count
      pixels.withUnsafeBufferPointer { pixels in
        var to = 0
        for row in 0..<newHeight {
          var from = (origin + row * rowStep) * channels
          for _ in 0..<newWidth {
            for channel in 0..<channels { turned[to + channel] = pixels[from + channel] }
            to += channels
            from += columnStep * channels
          }
        }
      }
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: turned)
  }

  /// The picture as a square of another size: every new pixel is the mean of the area that it covers, rounded.
  ///
  /// A picture smaller than the new size is enlarged by the same rule, so its pixels become squares. If an odd number of rows or
  /// columns is cut off or added, the larger half is at the bottom or the right.
  /// - Parameters:
  ///   - side: The new height and width in pixels.
  ///   - fit: What happens to a picture that is not square.
  /// - Returns: `side · side · channels` bytes.
  /// - Precondition: No side is longer than ``AreaReduction/sideLimit``.
  package func reduced(to side: Int, fit: Fit) -> [UInt8] {
    let square = fit == .crop ? min(width, height) : max(width, height)
    let reduction = AreaReduction(from: square, to: side)
    // Half of a negative number, rounded towards zero.
    let (left, top) = ((square - width) / 2, (square - height) / 2)
    let area = UInt64(reduction.total * reduction.total)
    let count = side * side * channels
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { sums in
      pixels.withUnsafeBufferPointer {
        reduction.inkSums($0, width: width, height: height, channels: channels, left: left, top: top, into: sums)
      }
      return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
        filled = count
        for index in 0..<count { bytes[index] = UInt8((255 * area - sums[index] + area / 2) / area) }
      }
    }
  }
}
