import Registry

/// Reduces a square to fewer (or more) pixels by averaging over areas, in exact integer arithmetic.
///
/// A target pixel covers S/n source pixels along an axis, for a square with the side S and a target with the side n. With g = gcd(S, n),
/// a source pixel is n/g units long, and a target pixel S/g units. A weight is a number of units, so the sums below are exact.
package struct AreaReduction: Sendable {
  /// The side of the square in pixels.
  package let source: Int
  /// The side of the result in pixels.
  package let target: Int
  /// The sum of the weights of a target pixel along one axis, S/g.
  package let total: Int
  /// The first source pixel of each target pixel.
  private let firsts: [Int]
  /// The position of each target pixel's first weight; one more at the end.
  private let offsets: [Int]
  private let weights: [UInt32]

  /// Largest side of a square, so that sums fit: 255 · 65,535 is less than 2³².
  package static let sideLimit = 65_535

  /// Prepares the weights.
  /// - Precondition: Both sides are in 1...65,535.
  package init(from source: Int, to target: Int) {
    require(
      1...Self.sideLimit ~= source && 1...Self.sideLimit ~= target, "a reduction from \(source) to \(target) pixels")
    var (divisor, rest) = (source, target)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    let (unit, total) = (target / divisor, source / divisor)
    var firsts: [Int] = []
    var offsets = [0]
    var weights: [UInt32] = []
    for pixel in 0..<target {
      var position = total * pixel
      firsts.append(position / unit)
      while position < total * (pixel + 1) {
        let next = min(unit * (position / unit + 1), total * (pixel + 1))
        weights.append(UInt32(next - position))
        position = next
      }
      offsets.append(weights.count)
    }
    self.source = source
    self.target = target
    self.total = total
    self.firsts = firsts
    self.offsets = offsets
    self.weights = weights
  }

  /// The weighted sums of ink, 255 minus brightness, over the area of each target pixel.
  ///
  /// The picture may be smaller than the square, whose rest is white, or larger; the parts outside are then cut off.
  /// - Parameters:
  ///   - picture: `height · width · channels` bytes, row by row, the channels of a pixel adjacent.
  ///   - width: The picture's width in pixels.
  ///   - height: The picture's height in pixels.
  ///   - channels: Bytes of a pixel.
  ///   - left: The picture's first column in the square; negative if columns are cut off.
  ///   - top: The picture's first row in the square; negative if rows are cut off.
  ///   - sums: Receives `target · target · channels` sums, each at most 255 · ``total``².
  package func inkSums(
    _ picture: UnsafeBufferPointer<UInt8>, width: Int, height: Int, channels: Int, left: Int = 0, top: Int = 0,
    into sums: UnsafeMutableBufferPointer<UInt64>
  ) {
    require(picture.count == width * height * channels && sums.count == target * target * channels, "an area reduction's buffers")
    // The picture's columns inside the square.
    let visible = max(0, -left)..<max(max(0, -left), min(width, source - left))
    let rowLength = visible.count * channels
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, rowLength)) { columns in
      for row in 0..<target {
        // First down the columns, then along the rows.
        columns.initialize(repeating: 0)
        for index in offsets[row]..<offsets[row + 1] {
          let line = firsts[row] + index - offsets[row] - top
          guard 0..<height ~= line else { continue }
          let weight = weights[index]
          let start = (line * width + visible.lowerBound) * channels
          let pixels = UnsafeBufferPointer(rebasing: picture[start..<start + rowLength])
          for position in 0..<rowLength { columns[position] &+= UInt32(255 &- pixels[position]) &* weight }
        }
        for column in 0..<target {
          let to = (row * target + column) * channels
          for channel in 0..<channels { sums[to + channel] = 0 }
          for index in offsets[column]..<offsets[column + 1] {
            let from = firsts[column] + index - offsets[column] - left - visible.lowerBound
            guard 0..<visible.count ~= from else { continue }
            let weight = UInt64(weights[index])
            for channel in 0..<channels { sums[to + channel] &+= UInt64(columns[from * channels + channel]) &* weight }
          }
        }
      }
    }
  }
}
