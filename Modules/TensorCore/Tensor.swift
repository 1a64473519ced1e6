import Registry
import CTensorKernels

/// A contiguous, row-major array of numbers with value semantics; copies share storage until mutated.
///
/// A tensor whose ``isExpanded`` is true stores one item, which every index of its leading axis sees (stride 0). The
/// meta-parameters are broadcast over the task axis in this way. All other tensors are contiguous.
public struct Tensor: Sendable {
  /// The extent of each axis; the tensor stores `shape.elementCount` elements, or one item of the leading axis if expanded.
  public let shape: Shape
  /// The element type: `.float32` for training, `.float64` for checks, which verify derivatives to nine digits.
  public let dtype: DType
  /// True when the leading axis has stride 0.
  public let isExpanded: Bool
  var storage: Storage
  let offset: Int  // bytes

  init(storage: Storage, offset: Int = 0, shape: Shape, dtype: DType, isExpanded: Bool = false) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.dtype = dtype
    self.isExpanded = isExpanded
  }

  /// A tensor with uninitialised elements.
  init(uninitialised shape: Shape, _ dtype: DType) {
    self.init(storage: Storage(byteCount: shape.elementCount * dtype.byteCount), shape: shape, dtype: dtype)
  }

  /// A tensor with uninitialised elements for Swift code to write; a recorded program reads them but never reuses their memory.
  private init(unrecorded shape: Shape, _ dtype: DType) {
    self.init(storage: Storage(apartOfPrograms: shape.elementCount * dtype.byteCount), shape: shape, dtype: dtype)
  }

  /// A tensor of the given numbers, row by row.
  ///
  /// - Throws: ``ShapeError/elementCount(expected:actual:shape:)`` when the count differs.
  public init(_ scalars: [Float], shape: Shape) throws(ShapeError) {
    try self.init(copying: scalars, shape: shape, dtype: .float32)
  }

  /// A tensor of the given numbers, row by row, rounded to the type.
  ///
  /// - Throws: ``ShapeError/elementCount(expected:actual:shape:)`` when the count differs.
  /// - Precondition: The type is a floating type.
  public init(_ scalars: [Double], shape: Shape, dtype: DType = .float64) throws(ShapeError) {
    require(dtype.isFloating, "numbers make a tensor of a floating type, not \(dtype)")
    if dtype == .float64 {
      try self.init(copying: scalars, shape: shape, dtype: .float64)
    } else {
      try self.init(copying: scalars.map(Float.init), shape: shape, dtype: .float32)
    }
  }

  /// An int64 tensor of labels, row by row.
  ///
  /// - Throws: ``ShapeError/elementCount(expected:actual:shape:)`` when the count differs.
  public init(_ labels: [Int], shape: Shape) throws(ShapeError) {
    try self.init(copying: labels.map(Int64.init), shape: shape, dtype: .int64)
  }

  private init<Element>(copying scalars: [Element], shape: Shape, dtype: DType) throws(ShapeError) {
    guard scalars.count == shape.elementCount else {
      throw .elementCount(expected: shape.elementCount, actual: scalars.count, shape: shape)
    }
    self.init(unrecorded: shape, dtype)
    scalars.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { storage.base.copyMemory(from: source, byteCount: bytes.count) }
    }
  }

  /// A tensor that a closure writes; it receives the elements' bytes uninitialised and must write all of them.
  public init(shape: Shape, dtype: DType, writing: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    self.init(unrecorded: shape, dtype)
    try writing(UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
  }

  /// A float32 tensor that a closure writes; it receives uninitialised elements and must write all of them.
  public init(shape: Shape, writingFloats: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    try self.init(shape: shape, dtype: .float32) { try writingFloats($0.bindMemory(to: Float.self)) }
  }

  /// A tensor whose elements all have one value.
  /// - Precondition: The type is a floating type.
  public init(repeating value: Double, shape: Shape, dtype: DType = .float32) {
    self.init(uninitialised: shape, dtype)
    tk_fill(dtype.kernel, Int64(shape.elementCount), storage.base, value)
  }

  /// A scalar.
  public init(_ value: Double, dtype: DType = .float32) { self.init(repeating: value, shape: [], dtype: dtype) }

  /// Zeros of a shape.
  public static func zeros(_ shape: Shape, _ dtype: DType = .float32) -> Tensor {
    Tensor(repeating: 0, shape: shape, dtype: dtype)
  }

  /// Ones on the diagonal and zeros elsewhere, [size, size].
  public static func identity(_ size: Int, _ dtype: DType = .float32) -> Tensor {
    let places = Tensor(shape: [size], dtype: .int64) { bytes in
      let numbers = bytes.bindMemory(to: Int64.self)
      for place in numbers.indices { numbers.initializeElement(at: place, to: Int64(place)) }
    }
    return places.oneHot(size, dtype: dtype)
  }

  /// Ones of a shape.
  public static func ones(_ shape: Shape, _ dtype: DType = .float32) -> Tensor {
    Tensor(repeating: 1, shape: shape, dtype: dtype)
  }

  // MARK: Reading

  /// Calls a closure with the elements' bytes, or the bytes of one item of the leading axis if the tensor is expanded.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    RecordedProgram.noteReading()
    return try withExtendedLifetime(storage) {
      try body(UnsafeRawBufferPointer(start: storage.base + offset, count: storedCount * dtype.byteCount))
    }
  }

  /// All elements as `Double`, row by row, with an expanded axis written out.
  public var doubles: [Double] {
    elements {
      Double($0)
    } integer: {
      Double($0)
    }
  }

  /// All elements as `Float`, row by row, with an expanded axis written out.
  public var floats: [Float] {
    elements {
      Float($0)
    } integer: {
      Float($0)
    }
  }

  /// All elements of a tensor of labels as `Int`, row by row, with an expanded axis written out.
  /// - Precondition: The type is an integer type.
  public var integers: [Int] {
    require(!dtype.isFloating, "labels are read from an integer tensor, not from \(dtype)")
    return elements {
      Int($0)
    } integer: {
      $0
    }
  }

  /// The value of a tensor with one element.
  /// - Precondition: The tensor stores one element.
  public var scalar: Double {
    require(storedCount == 1, "a scalar is read from one element, not from shape \(shape)")
    return doubles[0]
  }

  private func elements<T>(_ floating: (Double) -> T, integer: (Int) -> T) -> [T] {
    let stored: [T] = withUnsafeBytes { bytes in
      switch dtype {
      case .float32: bytes.assumingMemoryBound(to: Float.self).map { floating(Double($0)) }
      case .float64: bytes.assumingMemoryBound(to: Double.self).map(floating)
      case .int32: bytes.assumingMemoryBound(to: Int32.self).map { integer(Int($0)) }
      case .int64: bytes.assumingMemoryBound(to: Int64.self).map { integer(Int($0)) }
      }
    }
    guard isExpanded else { return stored }
    return (0..<shape[0]).flatMap { _ in stored }
  }

  /// True if no element is infinite or NaN; always true for integer types.
  public var isFinite: Bool {
    guard dtype.isFloating else { return true }
    RecordedProgram.noteReading()
    return withExtendedLifetime(self) { tk_all_finite(dtype.kernel, address, Int64(storedCount)) }
  }

  // MARK: Kernel access

  /// The number of stored elements; an expanded tensor stores one item of its leading axis.
  var storedCount: Int { isExpanded ? shape.itemCount : shape.elementCount }
  /// The stride of the leading axis, in elements.
  var leadingStride: Int64 { isExpanded ? 0 : Int64(shape.itemCount) }
  /// The address of the first element; valid while the storage lives.
  ///
  /// Retains the storage for the active recording, unless the program owns it: a later run uses this address again.
  var address: UnsafeMutableRawPointer {
    RecordedProgram.keep(storage)
    return storage.base + offset
  }

  /// A view of the same storage with another shape and, if given, another offset in bytes.
  func viewed(as shape: Shape, isExpanded: Bool, offset: Int? = nil) -> Tensor {
    Tensor(storage: storage, offset: offset ?? self.offset, shape: shape, dtype: dtype, isExpanded: isExpanded)
  }
}

extension DType {
  /// The type as the kernels name it.
  /// - Precondition: The type is a floating type.
  var kernel: tk_dtype {
    switch self {
    case .float32: TK_FLOAT32
    case .float64: TK_FLOAT64
    case .int32, .int64: fatalError("arithmetic is done in float32 and float64, not in \(self)")
    }
  }
}
