import Registry
import Synchronization
import TensorCore

/// The gradients of a scalar (or of the sum of a tensor) at the given variables, by one reverse pass.
///
/// ```swift
/// let x = Variable(Tensor(3, dtype: .float64))
/// let cube = x * x * x
/// let first = gradient(of: cube, at: [x], differentiable: true)[0]   // 3x² = 27
/// let second = gradient(of: first, at: [x])[0]                       // 6x = 18
/// ```
/// - Parameters:
///   - output: The variable to differentiate. Task i's loss depends on row i of the task-batched parameters alone, so the
///     gradient of a vector of losses holds every task's own gradient.
///   - targets: The variables to differentiate at; leaves or intermediate variables.
///   - differentiable: True if the gradients will be differentiated in turn; the pass then becomes part of the graph.
/// - Returns: One gradient for each target, of its shape; zeros for a target that the output does not depend on.
/// - Complexity: A few times the work of computing `output`, for any number of targets.
public func gradient(of output: Variable, at targets: [Variable], differentiable: Bool = false) -> [Variable] {
  pullback(of: output, at: targets, cotangent: Variable(constant: .ones(output.shape, output.value.dtype)), differentiable: differentiable)
}

/// The gradients of a scalar (or of the sum of a tensor) at the given variables, as the last use of the graph.
///
/// The pass takes the graph apart as it goes, so that a value's memory is free once the pass is beyond it. The bits are those of
/// ``gradient(of:at:differentiable:)``. Afterwards, the variables of the graph keep their values and count as leaves.
/// - Parameters:
///   - output: The variable to differentiate.
///   - targets: The variables to differentiate at.
/// - Returns: One gradient for each target, of its shape.
public func finalGradient(of output: Variable, at targets: [Variable]) -> [Variable] {
  ReversePass(from: output, to: targets, isFinal: true)
    .cotangents(at: targets, from: Variable(constant: .ones(output.shape, output.value.dtype)), differentiable: false)
}

/// The transposed derivative of `output` at the targets, applied to a cotangent of the output's shape.
///
/// ```
/// gᵢ = (∂output/∂targetᵢ)ᵀ · cotangent
/// ```
/// - Parameters:
///   - output: The variable to differentiate.
///   - targets: The variables to differentiate at; leaves or intermediate variables.
///   - cotangent: Of the output's shape.
///   - differentiable: True if the results will be differentiated in turn.
/// - Returns: One cotangent for each target, of its shape; zeros for a target that the output does not depend on.
public func pullback(
  of output: Variable, at targets: [Variable], cotangent: Variable, differentiable: Bool = false
) -> [Variable] {
  require(cotangent.shape == output.shape, "pullback: a cotangent of shape \(cotangent.shape) for an output of \(output.shape)")
  return ReversePass(from: output, to: targets).cotangents(at: targets, from: cotangent, differentiable: differentiable)
}

/// The nodes of a graph in topological order, inputs before results, as a reverse pass walks them.
///
/// Each node's `visit` holds the pass's number and the node's place in the order.
protocol ReverseOrder {
  var number: UInt64 { get }
  /// For each place, whether the variable is a target or depends on one.
  var leads: [Bool] { get }
  var isTarget: [Bool] { get }
  /// The variable of a place.
  func node(_ place: Int) -> Variable
  /// Called when the pass is done with a place.
  func finish(_ place: Int)
}

extension ReverseOrder {
  /// True if the variable is a target or depends on one.
  func leads(_ variable: Variable) -> Bool { variable.visit.pass == number && leads[variable.visit.place] }

  /// Goes through the order in reverse, from the last place, which gets the cotangent.
  ///
  /// - Returns: One cotangent for each target; zeros for a target that is not in the order.
  func cotangents(at targets: [Variable], from cotangent: Variable, differentiable: Bool) -> [Variable] {
    var cotangents = [Variable?](repeating: nil, count: leads.count)
    if let last = cotangents.indices.last { cotangents[last] = differentiable ? cotangent : cotangent.detached }
    // Updates an accumulated cotangent in place if it is uniquely referenced.
    func changeInPlace(at input: Variable, _ body: (inout Tensor) -> Bool) -> Bool {
      let slot = input.visit.place
      guard !differentiable, var present = cotangents[slot] else { return false }
      cotangents[slot] = nil  // leaves `present` as the only reference
      defer { cotangents[slot] = present }
      return isKnownUniquelyReferenced(&present) && present.change(body)
    }
    func add(_ part: Variable, to input: Variable) {
      assert(part.shape == input.shape, "a cotangent of shape \(part.shape) for a variable of shape \(input.shape)")
      if changeInPlace(at: input, { $0.accumulateInPlace(part.value) }) { return }
      let slot = input.visit.place
      cotangents[slot] = cotangents[slot].map { $0 + part } ?? part
    }
    // Returns the cotangent of a visited variable, and releases it here unless it is asked for.
    func take(_ place: Int) -> Variable? {
      guard !isTarget[place] else { return cotangents[place] }
      defer { cotangents[place] = nil }
      return cotangents[place]
    }
    for place in leads.indices.reversed() where leads[place] {
      let node = node(place)
      defer { finish(place) }
      require(node.visit == (number, place), "a pullback must not differentiate the graph that it is part of")
      switch node.origin {
      case .leaf: continue
      case .operation(let operation):
        guard let flowing = take(place) else { continue }
        let inputs = differentiable ? node.inputs : node.inputs.map(\.detached)
        let output = differentiable ? node : node.detached
        for (index, input) in node.inputs.enumerated() where leads(input) {
          if changeInPlace(at: input, { operation.addPullback(flowing, to: index, inputs: inputs, output: output, into: &$0) }) { continue }
          add(operation.pullback(flowing, to: index, inputs: inputs, output: output), to: input)
        }
      case .evaluation(let evaluation):
        // The results of an evaluation have the same inputs, so the pass reaches the one of the lowest place when the cotangents
        // of all are complete.
        let places = evaluation.places(in: number)
        guard places.allSatisfy({ $0 ?? place >= place }), node.inputs.contains(where: leads) else { continue }
        let flowing = places.map { $0.flatMap(take) }
        guard flowing.contains(where: { $0 != nil }) else { continue }
        let inputs = differentiable ? node.inputs : node.inputs.map(\.detached)
        let outputs = evaluation.outputs(node.inputs, differentiable: differentiable)
        let parts = evaluation.operation.pullback(flowing, inputs: inputs, outputs: outputs)
        require(
          parts.count == inputs.count,
          "\(type(of: evaluation.operation).name): the pullback returns \(parts.count) cotangents for \(inputs.count) inputs")
        for (input, part) in zip(node.inputs, parts) where leads(input) {
          if let part { add(part, to: input) }
        }
      }
    }
    return targets.map { target in
      if target.visit.pass == number, let found = cotangents[target.visit.place] { return found }
      return Variable(constant: .zeros(target.shape, target.value.dtype))
    }
  }
}

/// The graph that a reverse pass walks, in topological order: inputs before results.
final class ReversePass: ReverseOrder {
  private static let counter = Atomic<UInt64>(0)

  let number: UInt64
  private(set) var leads: [Bool] = []
  private(set) var isTarget: [Bool] = []
  /// A final pass drops a node when it is done with it.
  private var order: [Variable?] = []
  private let isFinal: Bool

  func node(_ place: Int) -> Variable {
    guard let node = order[place] else { fatalError("a node of a graph is asked for twice") }
    return node
  }

  func finish(_ place: Int) {
    guard isFinal, let node = order[place] else { return }
    if case .evaluation(let evaluation) = node.origin {
      // Drop the results of an evaluation together, once the pass is done with the one of the lowest place. Until then the pass finds them
      // through the evaluation.
      let places = evaluation.places(in: number).compactMap { $0 }
      guard places.allSatisfy({ $0 >= place }) else { return }
      for other in places { order[other] = nil }
    } else if !isTarget[place] {
      node.leaveGraph()
      order[place] = nil
    }
  }

  /// A number that no other pass has.
  static func nextNumber() -> UInt64 { counter.add(1, ordering: .relaxed).newValue }

  init(from output: Variable, to targets: [Variable], isFinal: Bool = false) {
    self.isFinal = isFinal
    number = Self.nextNumber()
    let wanted = Set(targets.map(ObjectIdentifier.init))
    guard output.isTracked else { return }
    // Depth-first search without recursion. A variable gets its place after all its inputs.
    var stack: [(node: Variable, next: Int)] = [(output, 0)]
    output.visit = (number, -1)
    while let (node, next) = stack.last {
      if next < node.inputs.count {
        stack[stack.count - 1].next += 1
        let input = node.inputs[next]
        if input.isTracked, input.visit.pass != number {
          input.visit = (number, -1)
          stack.append((input, 0))
        }
      } else {
        stack.removeLast()
        let hit = wanted.contains(ObjectIdentifier(node))
        node.visit.place = order.count
        order.append(node)
        isTarget.append(hit)
        leads.append(hit || node.inputs.contains { $0.visit.pass == number && leads[$0.visit.place] })
      }
    }
  }
}
