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
    case .thick: filterNeighbours(image, shape) { max($0, $1, $2) }
    case .thin: filterNeighbours(image, shape) { ($1 + min($0, $1, $2)) / 2 }
    }
  }
}

/// Replaces each value by a function of it and its two neighbours, along rows and then along columns.
///
/// At the border, a value is its own neighbour.
@inline(__always)
func filterNeighbours(
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
