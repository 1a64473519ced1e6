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
///   - output: What is differentiated. Task i's loss depends on row i of the task-batched parameters alone, so the gradient of
///     a vector of losses holds every task's own gradient.
///   - targets: Where; leaves or intermediate variables.
///   - differentiable: True when the gradients are to be differentiated in turn; the pass then becomes part of the graph.
/// - Returns: One gradient for each target, of its shape; zeros for a target that the output does not depend on.
/// - Complexity: A few times the work of computing `output`, whatever the number of targets.
public func gradient(of output: Variable, at targets: [Variable], differentiable: Bool = false) -> [Variable] {
  pullback(of: output, at: targets, cotangent: Variable(constant: .ones(output.shape, output.value.dtype)), differentiable: differentiable)
}

/// The transposed derivative of `output` at the targets, applied to a cotangent of the output's shape.
public func pullback(
  of output: Variable, at targets: [Variable], cotangent: Variable, differentiable: Bool = false
) -> [Variable] {
  precondition(cotangent.shape == output.shape, "pullback: a cotangent of shape \(cotangent.shape) for an output of \(output.shape)")
  let pass = ReversePass(from: output, to: targets)
  var cotangents = [Variable?](repeating: nil, count: pass.order.count)
  if let last = cotangents.indices.last { cotangents[last] = differentiable ? cotangent : cotangent.detached }
  // What has flowed back to the results of a bundle, by the bundle's place.
  var bundled: [Int: [Variable?]] = [:]
  // Has what flowed back to a variable before changed in place, where there is such a thing and nothing else reads it.
  func changeInPlace(at input: Variable, _ body: (inout Tensor) -> Bool) -> Bool {
    let slot = input.visit.place
    guard !differentiable, var present = cotangents[slot] else { return false }
    cotangents[slot] = nil  // the list lets go of it
    defer { cotangents[slot] = present }
    return isKnownUniquelyReferenced(&present) && present.change(body)
  }
  func add(_ part: Variable, to input: Variable) {
    assert(part.shape == input.shape, "a cotangent of shape \(part.shape) for a variable of shape \(input.shape)")
    if changeInPlace(at: input, { $0.accumulateInPlace(part.value) }) { return }
    let slot = input.visit.place
    cotangents[slot] = cotangents[slot].map { $0 + part } ?? part
  }
  for place in pass.order.indices.reversed() where pass.leads[place] {
    let node = pass.order[place]
    guard let operation = node.operation else { continue }
    let inputs = differentiable ? node.inputs : node.inputs.map(\.detached)
    if let bundle = operation as? Bundle {
      guard let flowing = bundled.removeValue(forKey: place) else { continue }
      let parts = bundle.operation.pullback(flowing, inputs: inputs, outputs: bundle.outputs)
      for (input, part) in zip(node.inputs, parts) where pass.leads(input) {
        if let part { add(part, to: input) }
      }
      continue
    }
    guard let flowing = cotangents[place] else { continue }
    if !pass.isTarget[place] { cotangents[place] = nil }
    if let result = operation as? BundleResult, let bundle = node.inputs[0].operation as? Bundle {
      let slot = node.inputs[0].visit.place
      bundled[slot, default: Array(repeating: nil, count: bundle.outputs.count)][result.index] = flowing
      continue
    }
    let result = differentiable ? node : node.detached
    for (index, input) in node.inputs.enumerated() where pass.leads(input) {
      if changeInPlace(at: input, { operation.addPullback(flowing, to: index, inputs: inputs, output: result, into: &$0) }) { continue }
      add(operation.pullback(flowing, to: index, inputs: inputs, output: result), to: input)
    }
  }
  return targets.map { target in
    if target.visit.pass == pass.number, let found = cotangents[target.visit.place] { return found }
    return Variable(constant: .zeros(target.shape, target.value.dtype))
  }
}

/// The part of a graph that a reverse pass walks: inputs before results, and which of them lead to a target.
private struct ReversePass {
  private static let counter = Atomic<UInt64>(0)

  let number: UInt64
  var order: [Variable] = []
  var leads: [Bool] = []
  var isTarget: [Bool] = []

  /// True when a target is reached through the variable.
  func leads(_ variable: Variable) -> Bool { variable.visit.pass == number && leads[variable.visit.place] }

  init(from output: Variable, to targets: [Variable]) {
    number = Self.counter.add(1, ordering: .relaxed).newValue
    let wanted = Set(targets.map(ObjectIdentifier.init))
    guard output.isTracked else { return }
    // Depth first without recursion; a variable gets its place when all its inputs have theirs.
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
