import Registry
public import TensorCore

/// A tensor in a graph of differentiable operations.
///
/// A variable belongs to the thread that made it: a shard's graph is built, differentiated and released on one thread.
/// A variable is tracked if it is a leaf made with ``init(_:)`` or was computed from a tracked variable. Only tracked variables
/// keep their operation and inputs.
public final class Variable {
  /// The value.
  public private(set) var value: Tensor
  /// How the value was computed; ``Origin/leaf`` if the variable is not tracked.
  let origin: Origin
  /// The operation's inputs; empty for leaves and for variables that are not tracked.
  private(set) var inputs: [Variable]
  /// True if gradients can flow to or through this variable.
  public let isTracked: Bool
  /// Scratch of the last reverse pass that visited this variable: the pass's number and the variable's place in its order.
  var visit: (pass: UInt64, place: Int) = (0, 0)

  /// How a variable was computed.
  enum Origin {
    case leaf
    case operation(any Operation)
    /// One of several results.
    case evaluation(MultiEvaluation)
  }

  /// A leaf that gradients can be taken at.
  public init(_ value: Tensor) {
    self.value = value
    origin = .leaf
    inputs = []
    isTracked = true
  }

  /// A constant: no gradient flows to it.
  public init(constant value: Tensor) {
    self.value = value
    origin = .leaf
    inputs = []
    isTracked = false
  }

  /// The result of an operation.
  ///
  /// Every differentiable operation with one result is applied by this initializer; see ``results(of:_:)`` for operations with
  /// several.
  public init(_ operation: some Operation, _ inputs: [Variable]) {
    value = operation.forward(inputs)
    isTracked = inputs.contains(where: \.isTracked)
    origin = isTracked ? .operation(operation) : .leaf
    self.inputs = isTracked ? inputs : []
  }

  /// One result of an operation with several; some input is tracked.
  init(_ value: Tensor, from evaluation: MultiEvaluation, _ inputs: [Variable]) {
    self.value = value
    origin = .evaluation(evaluation)
    self.inputs = inputs
    isTracked = true
  }

  /// The shape of the value.
  public var shape: Shape { value.shape }

  /// The same value as a constant: no gradient flows through it (stop-gradient).
  public var detached: Variable { isTracked ? Variable(constant: value) : self }

  /// The same value as a new leaf, which starts a graph of its own.
  public var leaf: Variable { Variable(value) }

  /// Lets a body update the value in place.
  /// - Precondition: The variable is not tracked and is uniquely referenced.
  func change(_ body: (inout Tensor) -> Bool) -> Bool {
    require(!isTracked, "a tracked variable does not change")
    return body(&value)
  }

  /// Forgets the inputs, so that only other variables keep them.
  ///
  /// The results of an operation with several find each other through their evaluation, so they stay as they are.
  func leaveGraph() {
    if case .operation = origin { inputs = [] }
  }

  // Long inner loops make long chains. This loop releases them; recursive deinitialization would overflow a thread's stack.
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
