public import Registry
public import TensorCore

/// Random changes of the images of an episode: mirror images, shifts, turns and sizes, contrast and noise, in this order.
///
/// All changes are off by default. Each kind draws from a random stream of its own, keyed by the episode, the class and the drawing. So
/// the result does not depend on the number of threads or on a resume, and a kind that is turned on changes no other one. Contrast and
/// noise keep the values in 0...1.
public struct ImageAugmentation: Sendable, Hashable {
  /// Which mirror images are drawn, each with probability ½.
  public enum Flip: String, Sendable, Hashable, CaseIterable {
    /// None.
    case none
    /// Left and right are exchanged.
    case horizontal
    /// Top and bottom are exchanged.
    case vertical
    /// Both, independently.
    case both
  }

  /// The settings; a task nests them under "augment".
  public static let hyperparameters = HyperparameterTable<ImageAugmentation>([
    .choice("flip", \.flip, "Mirror images in meta-training, each with probability 1/2."),
    .integer("shift", \.shift, in: 0...256, "Largest shift of an image in meta-training along each axis, in pixels."),
    .real("rotation", \.rotation, in: 0...180, "Largest turn of an image in meta-training, in degrees."),
    .real("scale", \.scale, in: 0...0.9, "Largest relative change of an image's size in meta-training."),
    .real("contrast", \.contrast, in: 0...1, "Largest relative change of contrast in meta-training."),
    .real("noise", \.noise, in: 0...1, "Standard deviation of the noise of a pixel in meta-training; a pixel is in 0...1."),
  ])

  /// Mirror images.
  public var flip = Flip.none
  /// The largest shift along each axis, in pixels; the border is repeated.
  public var shift = 0
  /// The largest angle of a turn about the centre, in either direction, in degrees.
  public var rotation = 0.0
  /// The largest relative change s of the size: an image is enlarged by a factor in 1 ± s.
  public var scale = 0.0
  /// The largest relative change c of contrast: differences from the image's mean are multiplied by a factor in 1 ± c.
  public var contrast = 0.0
  /// The standard deviation of the noise that is added to each value; its law is the sum of four uniform numbers, close to a normal law.
  public var noise = 0.0

  /// Creates an augmentation that changes nothing.
  public init() {}

  /// Whether any kind is on.
  public var isActive: Bool { flip != .none || [Double(shift), rotation, scale, contrast, noise].contains { $0 > 0 } }

  /// Changes one image in place.
  ///
  /// - Parameters:
  ///   - image: The values of shape [height, width, channels].
  ///   - shape: That shape.
  ///   - stream: The random stream of this image in this episode.
  /// - Precondition: The shape has three axes and as many elements as the image.
  public func apply(to image: UnsafeMutableBufferPointer<Float>, shape: Shape, from stream: RandomStream) {
    require(shape.rank == 3 && shape.elementCount == image.count, "augmentation: \(image.count) values as \(shape)")
    move(image, shape, from: stream)
    if rotation > 0 || scale > 0 {
      var (angle, factor) = (stream.child("rotation"), stream.child("scale"))
      resample(
        image, shape, turnedBy: angle.uniform(-rotation...rotation) * .pi / 180, enlargedBy: factor.uniform(1 - scale...1 + scale))
    }
    if contrast > 0 { changeContrast(image, from: stream.child("contrast")) }
    if noise > 0 { addNoise(noise, to: image, from: stream.child("noise")) }
  }

  /// Flips and shifts, by copying each row from its source.
  private func move(_ image: UnsafeMutableBufferPointer<Float>, _ shape: Shape, from stream: RandomStream) {
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    var coin = stream.child("flip")
    let isMirrored = coin.next() & 1 == 1 && (flip == .horizontal || flip == .both)
    let isUpsideDown = coin.next() & 1 == 1 && (flip == .vertical || flip == .both)
    var (right, down) = (0, 0)
    if shift > 0 {
      var offsets = stream.child("shift")
      right = offsets.integer(below: 2 * shift + 1) - shift
      down = offsets.integer(below: 2 * shift + 1) - shift
    }
    guard isMirrored || isUpsideDown || right != 0 || down != 0 else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: image.count) { copy in
      _ = copy.initialize(fromContentsOf: image)
      for row in 0..<height {
        let shiftedRow = min(max(row - down, 0), height - 1)
        let line = (isUpsideDown ? height - 1 - shiftedRow : shiftedRow) * width
        for column in 0..<width {
          let shiftedColumn = min(max(column - right, 0), width - 1)
          let from = (line + (isMirrored ? width - 1 - shiftedColumn : shiftedColumn)) * channels
          let to = (row * width + column) * channels
          for channel in 0..<channels { image[to + channel] = copy[from + channel] }
        }
      }
    }
  }

  private func changeContrast(_ image: UnsafeMutableBufferPointer<Float>, from stream: RandomStream) {
    var stream = stream
    let factor = Float(stream.uniform(1 - contrast...1 + contrast))
    var sum = 0.0
    for value in image { sum += Double(value) }
    let mean = Float(sum / Double(image.count))
    for index in image.indices { image[index] = min(max(mean + factor * (image[index] - mean), 0), 1) }
  }
}

/// Adds noise of a standard deviation to each value, and keeps the values in 0...1.
///
/// Its law is the sum of four uniform numbers, close to a normal law.
func addNoise(_ deviation: Double, to image: UnsafeMutableBufferPointer<Float>, from stream: RandomStream) {
  var stream = stream
  // A sum of four numbers that are uniform in 0..<65536 has the mean 131,070 and the variance (65,536² − 1) / 3.
  let scale = Float(deviation * (3.0 / (65_536.0 * 65_536.0 - 1)).squareRoot())
  for index in image.indices {
    let bits = stream.next()
    let sum = Int32(bits & 0xffff) + Int32(bits >> 16 & 0xffff) + Int32(bits >> 32 & 0xffff) + Int32(bits >> 48)
    image[index] = min(max(image[index] + scale * Float(sum - 131_070), 0), 1)
  }
}
