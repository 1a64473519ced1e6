import Registry
import CTensorKernels

/// A function of one number, applied to each element.
public enum UnaryFunction: Sendable, Hashable {
  /// factor · x + offset
  case affine(factor: Double, offset: Double)
  case exponential, logarithm, squareRoot, tanh, sigmoid, relu, square, absolute, sign
  /// log(1 + exp(x)), without overflow
  case softplus
  /// 1 where x > 0, else 0
  case step
  case reciprocal
  /// 1 / x, and 0 at 0
  case safeReciprocal
  /// 1 / √(x + epsilon)
  case reciprocalSquareRoot(epsilon: Double)
}

/// A function of two numbers, applied to pairs of elements after broadcasting.
public enum BinaryFunction: Sendable, Hashable {
  /// a + scale · b
  case add(scale: Double)
  /// a · b
  case multiply
  case divide
  case maximum
  /// 1 where a > b, else 0
  case greater
  /// 1 where a = b, else 0
  case equal
  /// a where b > 0, else 0
  case gate
}

extension Tensor {
  /// Applies a function to each element.
  /// - Precondition: The type is a floating type.
  public func map(_ function: UnaryFunction) -> Tensor {
    if isExpanded { return expandedItem.map(function).expanded(over: shape[0]) }
    let result = Tensor(uninitialised: shape, dtype)
    let (op, p, q) = function.kernel
    tk_unary(op, dtype.kernel, Int64(shape.elementCount), result.address, address, p, q)
    return result
  }

  /// Applies a function to each pair of elements; shapes broadcast.
  /// - Precondition: The types agree, and the shapes broadcast.
  public func combined(_ function: BinaryFunction, with other: Tensor) -> Tensor {
    require(dtype == other.dtype, "\(function): \(dtype) with \(other.dtype)")
    if isExpanded, other.isExpanded, shape.rank == other.shape.rank, shape[0] == other.shape[0] {
      return expandedItem.combined(function, with: other.expandedItem).expanded(over: shape[0])
    }
    if shape == other.shape {
      if !isExpanded, !other.isExpanded {
        let count = Int64(shape.elementCount)
        return run(function, with: other, shape, extents: [1, 1, 1, count], [0, 0, 0, 1], [0, 0, 0, 1])
      }
    } else if isExpanded, !other.isExpanded, other.storedCount == 1, other.shape.rank <= shape.rank {
      return expandedItem.combined(function, with: other.reshaped([])).expanded(over: shape[0])
    } else if other.isExpanded, !isExpanded, storedCount == 1, shape.rank <= other.shape.rank {
      return reshaped([]).combined(function, with: other.expandedItem).expanded(over: other.shape[0])
    }
    let target: Shape
    do { target = try shape.broadcast(with: other.shape) } catch { fatalError("\(function): \(error)") }
    guard let walk = BroadcastWalk(self, other, target) else {
      return broadcast(to: target).combined(function, with: other.broadcast(to: target))
    }
    return run(function, with: other, target, extents: walk.extents, walk.first, walk.second)
  }

  private func run(
    _ function: BinaryFunction, with other: Tensor, _ target: Shape, extents: SIMD4<Int64>, _ first: SIMD4<Int64>, _ second: SIMD4<Int64>
  ) -> Tensor {
    let result = Tensor(uninitialised: target, dtype)
    let (op, p) = function.kernel
    var arguments = tk_binary_args()
    arguments.op = op
    arguments.dtype = dtype.kernel
    arguments.extent = (extents[0], extents[1], extents[2], extents[3])
    arguments.stride_a = (first[0], first[1], first[2], first[3])
    arguments.stride_b = (second[0], second[1], second[2], second[3])
    arguments.out = result.address
    arguments.a = UnsafeRawPointer(address)
    arguments.b = UnsafeRawPointer(other.address)
    arguments.p = p
    tk_run_binary(&arguments)
    return result
  }

  public static func + (first: Tensor, second: Tensor) -> Tensor { first.combined(.add(scale: 1), with: second) }
  public static func - (first: Tensor, second: Tensor) -> Tensor { first.combined(.add(scale: -1), with: second) }
  public static func * (first: Tensor, second: Tensor) -> Tensor { first.combined(.multiply, with: second) }
  public static func / (first: Tensor, second: Tensor) -> Tensor { first.combined(.divide, with: second) }
  public static func * (factor: Double, tensor: Tensor) -> Tensor { tensor.map(.affine(factor: factor, offset: 0)) }

  /// The labels as one-hot rows, […, classes]; a label outside 0..<classes gives a row of NaN, so that no loss hides it.
  /// - Precondition: This is an integer tensor.
  public func oneHot(_ classes: Int, dtype target: DType = .float32) -> Tensor {
    require(!dtype.isFloating, "labels are an integer tensor, not \(dtype)")
    let labels = contiguous.converted(to: .int64)
    let result = Tensor(uninitialised: shape.appending(classes), target)
    withExtendedLifetime(labels) {
      tk_one_hot(
        target.kernel, Int64(shape.elementCount), Int64(classes), result.address, labels.address.assumingMemoryBound(to: Int64.self))
    }
    return result
  }
}

/// The loops over two broadcast operands: merged axes, outermost first, at most four.
private struct BroadcastWalk {
  var extents = SIMD4<Int64>(repeating: 1)
  var first = SIMD4<Int64>(repeating: 0)
  var second = SIMD4<Int64>(repeating: 0)

  /// Returns nil if the operands need more than four loops.
  init?(_ a: Tensor, _ b: Tensor, _ target: Shape) {
    var slot = 4
    var runningA: Int64 = 1
    var runningB: Int64 = 1
    for axis in stride(from: target.rank - 1, through: 0, by: -1) {
      let extent = Int64(target[axis])
      let strideA = Self.elementStride(a, axis - (target.rank - a.shape.rank), &runningA)
      let strideB = Self.elementStride(b, axis - (target.rank - b.shape.rank), &runningB)
      if extent == 1 { continue }
      if slot < 4, strideA == extents[slot] * first[slot], strideB == extents[slot] * second[slot] {
        extents[slot] *= extent
      } else {
        guard slot > 0 else { return nil }
        slot -= 1
        extents[slot] = extent
        first[slot] = strideA
        second[slot] = strideB
      }
    }
  }

  private static func elementStride(_ tensor: Tensor, _ axis: Int, _ running: inout Int64) -> Int64 {
    guard axis >= 0 else { return 0 }
    let extent = Int64(tensor.shape[axis])
    if extent == 1 || (tensor.isExpanded && axis == 0) { return 0 }
    defer { running *= extent }
    return running
  }
}

extension UnaryFunction {
  var kernel: (tk_unary_op, Double, Double) {
    switch self {
    case .affine(let factor, let offset): (TK_AFFINE, factor, offset)
    case .exponential: (TK_EXP, 0, 0)
    case .logarithm: (TK_LOG, 0, 0)
    case .squareRoot: (TK_SQRT, 0, 0)
    case .tanh: (TK_TANH, 0, 0)
    case .sigmoid: (TK_SIGMOID, 0, 0)
    case .relu: (TK_RELU, 0, 0)
    case .square: (TK_SQUARE, 0, 0)
    case .absolute: (TK_ABS, 0, 0)
    case .sign: (TK_SIGN, 0, 0)
    case .softplus: (TK_SOFTPLUS, 0, 0)
    case .step: (TK_STEP, 0, 0)
    case .reciprocal: (TK_RECIPROCAL, 0, 0)
    case .safeReciprocal: (TK_SAFE_RECIPROCAL, 0, 0)
    case .reciprocalSquareRoot(let epsilon): (TK_RSQRT, epsilon, 0)
    }
  }
}

extension BinaryFunction {
  var kernel: (tk_binary_op, Double) {
    switch self {
    case .add(let scale): (TK_ADD, scale)
    case .multiply: (TK_MULTIPLY, 1)
    case .divide: (TK_DIVIDE, 0)
    case .maximum: (TK_MAXIMUM, 0)
    case .greater: (TK_GREATER, 0)
    case .equal: (TK_EQUAL, 0)
    case .gate: (TK_GATE, 0)
    }
  }
}
