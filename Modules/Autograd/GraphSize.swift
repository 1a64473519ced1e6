package import TensorCore

/// The number of operation results with the given shape in the graph that computed the outputs.
package func graphSize(of outputs: [Variable], shape: Shape) -> Int {
  var seen: Set<ObjectIdentifier> = []
  var pending = outputs
  var count = 0
  while let variable = pending.popLast() {
    guard variable.isTracked, seen.insert(ObjectIdentifier(variable)).inserted else { continue }
    if !variable.inputs.isEmpty, variable.shape == shape { count += 1 }
    pending += variable.inputs
  }
  return count
}
