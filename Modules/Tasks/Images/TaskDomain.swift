import Registry
public import TensorCore

/// The domain of one task, with the parameters that its images share.
public struct TaskDomain: Sendable, Hashable {
  /// The standard deviation of the noise of ``ImageDomain/noisy``.
  public static let noise = 0.3

  /// The kind.
  public let domain: ImageDomain
  /// The angle in radians by which the images are turned; 0 unless they are.
  public let angle: Double
  /// The factor by which the images are enlarged; 1 unless they are scaled.
  public let factor: Double

  /// Draws a domain and its parameters.
  ///
  /// - Parameters:
  ///   - domains: The domains, each as probable as the others; none means ``ImageDomain/clean``.
  ///   - stream: The random stream of the domain in this episode.
  public init(among domains: [ImageDomain], from stream: RandomStream) {
    var choice = stream.child("choice")
    domain = domains.isEmpty ? .clean : domains[choice.integer(below: domains.count)]
    var parameters = stream.child(domain.rawValue)
    let quarter = domain == .rotated ? parameters.integer(below: 4) : 0
    angle = domain == .rotated ? (90 * Double(quarter) + parameters.uniform(20...70)) * .pi / 180 : 0
    let isShrunk = domain == .scaled && parameters.next() & 1 == 1
    factor = domain == .scaled ? parameters.uniform(isShrunk ? 0.5...0.75 : 1.25...1.5) : 1
  }

  /// A domain with given parameters.
  public init(_ domain: ImageDomain, angle: Double = 0, factor: Double = 1) {
    self.domain = domain
    self.angle = angle
    self.factor = factor
  }

  /// Changes one image in place; values in 0...1 stay there.
  ///
  /// What a turned or shrunk image leaves free has the mean of the image's four corners.
  /// - Parameters:
  ///   - image: The values of shape [height, width, channels].
  ///   - shape: That shape.
  ///   - stream: The random stream of this image in this episode, for noise.
  /// - Precondition: The shape has three axes and as many elements as the image.
  public func apply(to image: UnsafeMutableBufferPointer<Float>, shape: Shape, from stream: RandomStream) {
    require(shape.rank == 3 && shape.elementCount == image.count, "domain: \(image.count) values as \(shape)")
    switch domain {
    case .clean: break
    case .inverted: for index in image.indices { image[index] = 1 - image[index] }
    case .rotated, .scaled: resample(image, shape, turnedBy: angle, enlargedBy: factor)
    case .noisy: addNoise(Self.noise, to: image, from: stream)
    case .thick: widen(image, shape, by: 1) { $0 > $1 ? $0 : $1 }
    case .thin: widen(image, shape, by: 0.5) { $0 < $1 ? $0 : $1 }
    }
  }
}

/// Moves each value by a share of the way to the extreme of it and its two neighbours, along rows and then along columns.
@inline(__always)
private func widen(
  _ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, by share: Float, _ extreme: (Float, Float) -> Float
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: image.count) { copy in
    _ = copy.initialize(fromContentsOf: image)
    for (length, step, source, target) in [
      (shape[1], shape[2], image, copy), (shape[0], shape[1] * shape[2], copy, image),
    ] {
      for line in stride(from: 0, to: image.count, by: length * step) {
        for place in 0..<length {
          let (before, after) = (place > 0 ? step : 0, place + 1 < length ? step : 0)
          for index in line + place * step..<line + (place + 1) * step {
            let own = source[index]
            target[index] = own + share * (extreme(extreme(source[index - before], own), source[index + after]) - own)
          }
        }
      }
    }
  }
}

/// Turns an image about its centre, counterclockwise, and enlarges it, with bilinear interpolation.
///
/// A value of a shrunk image is the mean of four points, because single ones would miss thin strokes.
private func resample(_ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, turnedBy angle: Double, enlargedBy factor: Double) {
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  let (along, across) = (Float(cosine(angle) / factor), Float(sine(angle) / factor))
  let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
  let offsets: [Float] = factor < 1 ? [-0.25, 0.25] : [0]
  let weight = 1 / Float(offsets.count * offsets.count)
  let line = (width + 2) * channels
  // A margin of one pixel makes every neighbour exist.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: (height + 2) * line) { source in
    fill(source, with: image, shape)
    for row in 0..<height {
      for column in 0..<width {
        let target = (row * width + column) * channels
        for channel in 0..<channels { image[target + channel] = 0 }
        for down in offsets {
          for right in offsets {
            let (x, y) = (Float(column) + right - middleX, Float(row) + down - middleY)
            let fromX = min(max(middleX + along * x - across * y + 1, 0), Float(width + 1))
            let fromY = min(max(middleY + across * x + along * y + 1, 0), Float(height + 1))
            let (left, top) = (min(Int(fromX), width), min(Int(fromY), height))
            let (shareX, shareY) = (fromX - Float(left), fromY - Float(top))
            let corner = top * line + left * channels
            for channel in 0..<channels {
              let place = corner + channel
              let upper = source[place] + shareX * (source[place + channels] - source[place])
              let lower = source[place + line] + shareX * (source[place + line + channels] - source[place + line])
              image[target + channel] += weight * (upper + shareY * (lower - upper))
            }
          }
        }
      }
    }
  }
}

/// Copies an image into one with a margin of one pixel, which has the mean of the image's corners.
private func fill(_ padded: UnsafeMutableBufferPointer<Float>, with image: UnsafeMutableBufferPointer<Float>, _ shape: Shape) {
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  let (right, bottom) = ((width - 1) * channels, (height - 1) * width * channels)
  for channel in 0..<channels {
    let corners = image[channel] + image[right + channel] + image[bottom + channel] + image[bottom + right + channel]
    for index in stride(from: channel, to: padded.count, by: channels) { padded.initializeElement(at: index, to: corners / 4) }
  }
  for row in 0..<height {
    let (from, to) = (row * width * channels, ((row + 1) * (width + 2) + 1) * channels)
    for index in 0..<width * channels { padded[to + index] = image[from + index] }
  }
}
