public import TensorCore

/// The distribution of a parameter's initial values.
public enum Initialiser: Sendable, Hashable {
  case zeros
  case ones
  /// The same number in every entry.
  case constant(Double)
  /// The identity matrix.
  case identity
  /// Uniform in ±1/√(fan-in): the default of PyTorch's Linear and Conv2d, for both weights and biases.
  case pytorch(fanIn: Int)
  /// Uniform in ±√(6 / (fan-in + fan-out)): Glorot and Bengio, AISTATS 2010, equation 16.
  case glorot(fanIn: Int, fanOut: Int)
  /// Normal, truncated at two standard deviations; the code of the MAML paper uses a deviation of 0.01.
  case truncatedNormal(deviation: Double)

  /// Initial values of the given shape, a pure function of (initialiser, shape, stream, dtype).
  public func tensor(_ shape: Shape, from stream: RandomStream, dtype: DType) -> Tensor {
    switch self {
    case .zeros: .zeros(shape, dtype)
    case .ones: .ones(shape, dtype)
    case .constant(let value): Tensor(repeating: value, shape: shape, dtype: dtype)
    case .identity: .identity(shape[0], dtype)
    case .pytorch(let fanIn): Self.uniform(1 / Double(max(fanIn, 1)).squareRoot(), shape, stream, dtype)
    case .glorot(let fanIn, let fanOut): Self.uniform((6 / Double(max(fanIn + fanOut, 1))).squareRoot(), shape, stream, dtype)
    case .truncatedNormal(let deviation): Self.filled(shape, stream, dtype) { $0.truncatedNormal() * deviation }
    }
  }

  private static func uniform(_ limit: Double, _ shape: Shape, _ stream: RandomStream, _ dtype: DType) -> Tensor {
    filled(shape, stream, dtype) { $0.uniform(-limit...limit) }
  }

  private static func filled(
    _ shape: Shape, _ stream: RandomStream, _ dtype: DType, _ draw: (inout RandomStream) -> Double
  ) -> Tensor {
    var stream = stream
    return Tensor(shape: shape, dtype: .float64) { bytes in
      let numbers = bytes.bindMemory(to: Double.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: draw(&stream)) }
    }.converted(to: dtype)
  }
}

/// The family of initialisers for a model's weights; biases follow PyTorch's default or are zero.
public enum WeightInitialisation: String, Sendable, CaseIterable {
  case pytorch, glorot
  /// The truncated normal of the MAML code, with zero biases.
  case truncatedNormal = "truncated-normal"

  func weight(fanIn: Int, fanOut: Int) -> Initialiser {
    switch self {
    case .pytorch: .pytorch(fanIn: fanIn)
    case .glorot: .glorot(fanIn: fanIn, fanOut: fanOut)
    case .truncatedNormal: .truncatedNormal(deviation: 0.01)
    }
  }

  func bias(fanIn: Int) -> Initialiser { self == .pytorch ? .pytorch(fanIn: fanIn) : .zeros }
}
