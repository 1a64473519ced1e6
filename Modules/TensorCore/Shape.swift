import Registry

/// The extents of a tensor's axes, outermost first; at most eight.
///
/// Stored inline: making, comparing and hashing a shape allocates nothing.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private var extents: SIMD8<Int32>
  /// The number of axes.
  public private(set) var rank: Int

  /// The largest number of axes.
  public static let maximumRank = 8

  /// - Precondition: At most eight extents, none of them negative.
  public init(_ extents: some Collection<Int>) {
    require(extents.count <= Self.maximumRank, "a shape has at most \(Self.maximumRank) axes, got \(extents.count)")
    self.extents = .zero
    rank = 0
    for extent in extents {
      require(extent >= 0 && extent <= Int(Int32.max), "a shape's extents lie in 0...\(Int32.max), got \(extent)")
      self.extents[rank] = Int32(extent)
      rank += 1
    }
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The extent of an axis; a negative axis counts from the end.
  public subscript(axis: Int) -> Int {
    get { Int(extents[resolved(axis)]) }
    set { extents[resolved(axis)] = Int32(newValue) }
  }

  /// The axis as an index from 0; a negative axis counts from the end.
  /// - Precondition: The axis exists.
  public func resolved(_ axis: Int) -> Int {
    let index = axis < 0 ? axis + rank : axis
    require(index >= 0 && index < rank, "axis \(axis) of shape \(self), which has \(rank) axes")
    return index
  }

  /// The product of all extents; 1 for a scalar.
  public var elementCount: Int {
    var count = 1
    for axis in 0..<rank { count *= Int(extents[axis]) }
    return count
  }

  /// The product of all extents but the first; 1 for a scalar.
  var itemCount: Int {
    var count = 1
    for axis in 1..<max(rank, 1) { count *= Int(extents[axis]) }
    return count
  }

  /// The extents as an array.
  public var dimensions: [Int] { (0..<rank).map { Int(extents[$0]) } }

  /// The shape with a new axis inserted before the given one.
  public func inserting(_ extent: Int, at axis: Int) -> Shape {
    require(axis >= 0 && axis <= rank, "an axis put before axis \(axis) of shape \(self)")
    var result = Shape([])
    for own in 0..<axis { result.append(self[own]) }
    result.append(extent)
    for own in axis..<rank { result.append(self[own]) }
    return result
  }

  /// The shape without an axis.
  public func removing(_ axis: Int) -> Shape {
    var all = dimensions
    all.remove(at: resolved(axis))
    return Shape(all)
  }

  /// The shape without its first `count` axes.
  public func dropFirst(_ count: Int = 1) -> Shape {
    require(count <= rank, "dropping \(count) axes of \(self)")
    var result = self
    result.rank = rank - count
    // Lanes beyond the rank are 0, so that equal shapes are equal bits.
    for axis in 0..<Self.maximumRank { result.extents[axis] = axis < result.rank ? extents[axis + count] : 0 }
    return result
  }

  /// The shape with more axes added at the end.
  public func appending(_ extents: Int...) -> Shape {
    var result = self
    for extent in extents { result.append(extent) }
    return result
  }

  private mutating func append(_ extent: Int) {
    require(rank < Self.maximumRank, "a shape has at most \(Self.maximumRank) axes")
    require(extent >= 0 && extent <= Int(Int32.max), "a shape's extents lie in 0...\(Int32.max), got \(extent)")
    rank += 1
    self[rank - 1] = extent
  }

  /// The shape with the given axes reduced to extent 1.
  public func reducing(_ axes: AxisSet) -> Shape {
    var result = self
    for axis in 0..<rank where axes.contains(axis) { result[axis] = 1 }
    return result
  }

  /// The shape that both broadcast to; axes align at the end, and an extent of 1 expands.
  ///
  /// - Throws: ``ShapeError/incompatible(_:_:)``
  public func broadcast(with other: Shape) throws(ShapeError) -> Shape {
    if self == other { return self }
    var result = rank >= other.rank ? self : other
    for offset in 0..<result.rank {
      let axis = result.rank - 1 - offset
      let a = offset < rank ? self[rank - 1 - offset] : 1
      let b = offset < other.rank ? other[other.rank - 1 - offset] : 1
      guard a == b || a == 1 || b == 1 else { throw .incompatible(self, other) }
      result[axis] = a == 1 ? b : a
    }
    return result
  }

  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }
}

/// A set of axis numbers, 0 to 7.
public struct AxisSet: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var bits: UInt8

  /// - Precondition: Every axis is in 0..<8.
  public init(_ axes: some Sequence<Int>) {
    bits = 0
    for axis in axes {
      require(axis >= 0 && axis < Shape.maximumRank, "axis \(axis) is outside 0..<\(Shape.maximumRank)")
      bits |= 1 << UInt8(axis)
    }
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// True when the axis is in the set.
  public func contains(_ axis: Int) -> Bool { bits & (1 << UInt8(axis)) != 0 }

  /// True when no axis is in the set.
  public var isEmpty: Bool { bits == 0 }
}

/// An element count that does not match a shape, or two shapes that do not broadcast.
public enum ShapeError: Error, Hashable, CustomStringConvertible {
  case elementCount(expected: Int, actual: Int, shape: Shape)
  case incompatible(Shape, Shape)

  public var description: String {
    switch self {
    case .elementCount(let expected, let actual, let shape):
      "shape \(shape) holds \(expected) elements, \(actual) were given."
    case .incompatible(let first, let second): "shapes \(first) and \(second) do not broadcast."
    }
  }
}
