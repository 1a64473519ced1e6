public import TensorCore

/// A tensor in a graph of differentiable operations.
///
/// A variable belongs to the thread that made it: a shard's whole graph is built, differentiated and dropped on one thread.
/// It is tracked when it is a leaf made with ``init(_:)`` or was computed from a tracked one; only tracked variables keep the
/// operation and the inputs that they came from.
public final class Variable {
  /// What was computed.
  public private(set) var value: Tensor
  /// The operation this came from; nil for leaves and for what is not tracked.
  let operation: (any Operation)?
  /// The operation's inputs; empty for leaves and for what is not tracked.
  private(set) var inputs: [Variable]
  /// True when gradients can flow to or through this variable.
  public let isTracked: Bool
  /// Scratch of the gradient pass that visited this variable last: its number and this variable's place in it.
  var visit: (pass: UInt64, place: Int) = (0, 0)

  /// A leaf that gradients can be taken at.
  public init(_ value: Tensor) {
    self.value = value
    operation = nil
    inputs = []
    isTracked = true
  }

  /// A leaf that no gradient flows to: data, or a value that is to count as fixed.
  public init(constant value: Tensor) {
    self.value = value
    operation = nil
    inputs = []
    isTracked = false
  }

  /// The result of an operation.
  ///
  /// Every differentiable operation passes here: the gradient suite runs over ``Operations/all`` and a test holds that list
  /// against the files in this module, so that none escapes it.
  public init(_ operation: some Operation, _ inputs: [Variable]) {
    value = operation.forward(inputs)
    isTracked = inputs.contains(where: \.isTracked)
    self.operation = isTracked ? operation : nil
    self.inputs = isTracked ? inputs : []
  }

  /// The shape of the value.
  public var shape: Shape { value.shape }

  /// The same value, cut off from the graph: no gradient flows through it.
  ///
  /// The stop-gradient of the literature.
  public var detached: Variable { isTracked ? Variable(constant: value) : self }

  /// A new leaf of the same value: the start of a graph of its own.
  public var leaf: Variable { Variable(value) }

  /// Hands the value to a body that may change it in place.
  /// - Precondition: Not tracked, and nothing else refers to this variable.
  func change(_ body: (inout Tensor) -> Bool) -> Bool {
    precondition(!isTracked, "a tracked variable does not change")
    return body(&value)
  }

  // Long inner loops make long chains: they are taken apart in a loop, because a recursion would exhaust a thread's stack.
  deinit {
    guard !inputs.isEmpty else { return }
    var pending: [Variable] = []
    swap(&pending, &inputs)
    while var last = pending.popLast() {
      if isKnownUniquelyReferenced(&last), !last.inputs.isEmpty {
        pending.append(contentsOf: last.inputs)
        last.inputs = []
      }
    }
  }
}
