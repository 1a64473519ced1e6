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
    case .thick: filter(image, shape) { max($0, $1, $2) }
    case .thin: filter(image, shape) { ($1 + min($0, $1, $2)) / 2 }
    }
  }
}

/// Replaces each value by a function of it and its two neighbours, along rows and then along columns.
///
/// At the border, a value is its own neighbour.
@inline(__always)
private func filter(
  _ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, _ change: (_ before: Float, _ own: Float, _ after: Float) -> Float
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
            target[index] = change(source[index - before], source[index], source[index + after])
          }
        }
      }
    }
  }
}

/// Turns an image about its centre, counterclockwise, and enlarges it, with bilinear interpolation.
///
/// An image that shrinks is smoothed before, because single points would miss thin strokes.
private func resample(_ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, turnedBy angle: Double, enlargedBy factor: Double) {
  if factor < 1 { filter(image, shape) { ($0 + $2) / 4 + $1 / 2 } }
  let (height, width, channels) = (shape[0], shape[1], shape[2])
  let (along, across) = (Float(cosine(angle) / factor), Float(sine(angle) / factor))
  let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
  let (limitX, limitY) = (Float(width + 1), Float(height + 1))
  let line = (width + 2) * channels
  // A margin of one pixel makes every neighbour exist.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: (height + 2) * line) { source in
    fill(source, with: image, shape)
    var target = 0
    for row in 0..<height {
      let y = Float(row) - middleY
      let (startX, startY) = (middleX + 1 - across * y, middleY + 1 + along * y)
      for column in 0..<width {
        let x = Float(column) - middleX
        let fromX = min(max(startX + along * x, 0), limitX)
        let fromY = min(max(startY + across * x, 0), limitY)
        let (left, top) = (min(Int(fromX), width), min(Int(fromY), height))
        let (shareX, shareY) = (fromX - Float(left), fromY - Float(top))
        let corner = top * line + left * channels
        for place in corner..<corner + channels {
          let upper = source[place] + shareX * (source[place + channels] - source[place])
          let lower = source[place + line] + shareX * (source[place + line + channels] - source[place + line])
          image[target] = upper + shareY * (lower - upper)
          target += 1
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
