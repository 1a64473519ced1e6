import Registry
import TensorCore

/// Gradient checkpointing: drops segments of a graph and rebuilds them in the reverse pass.
///
/// The gradient has the same bits as the whole graph's gradient, with the memory of one segment. A chain of computations is split into
/// segments. Each segment is built once, its results are kept as leaves, and its graph is dropped except for an outline: which node reads
/// which. The reverse pass walks the outline of the whole graph in the order in which it would walk the graph itself, and rebuilds a
/// segment when it reaches it. Every cotangent is therefore summed in the same order.
/// ```swift
/// let parts = Rematerialisation()
/// let x = Variable(Tensor(2, dtype: .float64))
/// let y = parts.segment(sharing: { [x] }) { [x * x] }[0]       // x²
/// let z = parts.segment(sharing: { [x] }) { [y * y * x] }[0]   // x⁵
/// parts.gradient(of: z, at: [x])[0]                            // 5x⁴ = 80
/// ```
/// - Complexity: Each segment but the last is built twice.
/// - SeeAlso: Griewank and Walther, "Algorithm 799: revolve", ACM Transactions on Mathematical Software 26, 2000; Chen et al., "Training
///   deep nets with sublinear memory cost", 2016, <https://arxiv.org/abs/1604.06174>, for segments of equal length.
package final class Rematerialisation {
  private var segments: [Segment] = []
  /// Variables that segments read and that are not rebuilt.
  private var staying: Set<ObjectIdentifier> = []
  // Keeps the variables in `staying` alive, so that their identifiers stay valid.
  private var kept: [Variable] = []
  private var standIns: [ObjectIdentifier: RematerialisedPass.Node] = [:]

  /// A graph without segments.
  package init() {}

  /// Builds a segment of the graph; its nodes are dropped when the next segment is built.
  ///
  /// - Parameters:
  ///   - shared: Returns the variables that the segment reads in addition to results of earlier segments. Called after `build`.
  ///   - build: Builds the segment and returns its results. The reverse pass calls it again, and it must build the same nodes each time.
  /// - Returns: The results, as leaves with the same values; results that are shared or not tracked are returned unchanged.
  package func segment(sharing shared: () -> [Variable], _ build: @escaping () -> [Variable]) -> [Variable] {
    // The last segment's graph is kept, because the reverse pass begins there.
    segments.last?.nodes = []
    let outputs = build()
    stay(shared())
    let segment = Segment(build)
    segments.append(segment)
    segment.nodes = nodes(of: outputs)
    segment.outline = segment.nodes.map { node in
      node.map { outline(of: $0) } ?? []
    }
    segment.places = Array(repeating: RematerialisedPass.unseen, count: segment.nodes.count)
    var leaves: [ObjectIdentifier: Variable] = [:]
    return outputs.map { output in
      guard output.isTracked, !staying.contains(ObjectIdentifier(output)) else { return output }
      if let known = leaves[ObjectIdentifier(output)] { return known }
      let leaf = output.leaf
      leaves[ObjectIdentifier(output)] = leaf
      standIns[ObjectIdentifier(leaf)] = .inside(segment: segments.count - 1, index: output.visit.place)
      stay([leaf])
      return leaf
    }
  }

  /// The gradients of the sum of a variable's elements, like ``gradient(of:at:differentiable:)`` on the graph of all segments.
  ///
  /// - Precondition: No target is the result of a segment. The function is called once.
  package func gradient(of output: Variable, at targets: [Variable]) -> [Variable] {
    let pass = RematerialisedPass(self, from: output, to: targets)
    return pass.cotangents(at: targets, from: Variable(constant: .ones(output.shape, output.value.dtype)), differentiable: false)
  }

  /// Keeps variables, and all variables that they were computed from, out of segments.
  private func stay(_ variables: [Variable]) {
    var pending = variables
    while let variable = pending.popLast() {
      guard variable.isTracked, staying.insert(ObjectIdentifier(variable)).inserted else { continue }
      kept.append(variable)
      pending += variable.inputs
    }
  }

  /// The tracked nodes that computed the outputs, inputs before results, without nodes that stay; `visit.place` is the index.
  fileprivate func nodes(of outputs: [Variable]) -> [Variable?] {
    let number = ReversePass.nextNumber()
    var nodes: [Variable?] = []
    func isNew(_ variable: Variable) -> Bool {
      variable.isTracked && variable.visit.pass != number && !staying.contains(ObjectIdentifier(variable))
    }
    for output in outputs where isNew(output) {
      output.visit = (number, -1)
      var stack: [(node: Variable, next: Int)] = [(output, 0)]
      while let (node, next) = stack.last {
        guard next < node.inputs.count else {
          stack.removeLast()
          node.visit.place = nodes.count
          nodes.append(node)
          continue
        }
        stack[stack.count - 1].next += 1
        let input = node.inputs[next]
        if isNew(input) {
          input.visit = (number, -1)
          stack.append((input, 0))
        }
      }
    }
    return nodes
  }

  private func outline(of node: Variable) -> [RematerialisedPass.Node] {
    node.inputs.filter(\.isTracked).map { input in
      staying.contains(ObjectIdentifier(input))
        ? resolved(input) : .inside(segment: segments.count - 1, index: input.visit.place)
    }
  }

  /// The node that a variable stands for.
  fileprivate func resolved(_ variable: Variable) -> RematerialisedPass.Node {
    variable.inputs.isEmpty ? standIns[ObjectIdentifier(variable)] ?? .outside(variable) : .outside(variable)
  }

  fileprivate func segment(_ index: Int) -> Segment { segments[index] }

  /// The leaves that stand for results of segments, each with its node.
  fileprivate var leaves: [(leaf: Variable, node: RematerialisedPass.Node)] {
    kept.compactMap { leaf in standIns[ObjectIdentifier(leaf)].map { (leaf, $0) } }
  }

  fileprivate var all: [Segment] { segments }

  /// A segment of the graph.
  fileprivate final class Segment {
    let build: () -> [Variable]
    /// The tracked inputs of each node.
    var outline: [[RematerialisedPass.Node]] = []
    /// The segment's nodes; empty while they are dropped.
    var nodes: [Variable?] = []
    /// The place of each node in the pass's order.
    var places: [Int] = []
    /// The number of nodes that the pass has not finished.
    var pending = 0

    init(_ build: @escaping () -> [Variable]) { self.build = build }
  }
}

/// The reverse pass through a graph whose segments are rebuilt.
private final class RematerialisedPass: ReverseOrder {
  /// A node of the whole graph.
  enum Node {
    case outside(Variable)
    case inside(segment: Int, index: Int)
  }

  static let unseen = -2

  let number: UInt64
  private(set) var leads: [Bool] = []
  private(set) var isTarget: [Bool] = []
  private let graph: Rematerialisation
  private var order: [Node] = []
  private let leaves: [(leaf: Variable, node: Node)]

  init(_ graph: Rematerialisation, from output: Variable, to targets: [Variable]) {
    self.graph = graph
    number = ReversePass.nextNumber()
    leaves = graph.leaves
    guard output.isTracked else { return }
    sort(from: graph.resolved(output), to: Set(targets.map(ObjectIdentifier.init)))
    for segment in graph.all where !segment.nodes.isEmpty { mark(segment) }
    restore()
  }

  /// The order of ``ReversePass``: depth first, inputs before results.
  private func sort(from output: Node, to targets: Set<ObjectIdentifier>) {
    var stack: [(node: Node, inputs: [Node], next: Int)] = []
    func enter(_ node: Node) {
      switch node {
      case .outside(let variable):
        guard variable.visit.pass != number else { return }
        variable.visit = (number, -1)
        stack.append((node, variable.inputs.filter(\.isTracked).map(graph.resolved), 0))
      case .inside(let segment, let index):
        let segment = graph.segment(segment)
        guard segment.places[index] == Self.unseen else { return }
        segment.places[index] = -1
        stack.append((node, segment.outline[index], 0))
      }
    }
    enter(output)
    while let (node, inputs, next) = stack.last {
      guard next == inputs.count else {
        stack[stack.count - 1].next += 1
        enter(inputs[next])
        continue
      }
      stack.removeLast()
      let hit = if case .outside(let variable) = node { targets.contains(ObjectIdentifier(variable)) } else { false }
      let isLeading = hit || inputs.contains { leads[place(of: $0)] }
      switch node {
      case .outside(let variable): variable.visit.place = order.count
      case .inside(let segment, let index):
        graph.segment(segment).places[index] = order.count
        if isLeading { graph.segment(segment).pending += 1 }
      }
      order.append(node)
      isTarget.append(hit)
      leads.append(isLeading)
    }
  }

  private func place(of node: Node) -> Int {
    switch node {
    case .outside(let variable): variable.visit.place
    case .inside(let segment, let index): graph.segment(segment).places[index]
    }
  }

  func node(_ place: Int) -> Variable {
    switch order[place] {
    case .outside(let variable): return variable
    case .inside(let number, let index):
      let segment = graph.segment(number)
      if segment.nodes.isEmpty { build(segment) }
      guard let node = segment.nodes[index] else { fatalError("a node of a segment is asked for twice") }
      return node
    }
  }

  func finish(_ place: Int) {
    guard case .inside(let number, let index) = order[place] else {
      if case .outside(let variable) = order[place], !isTarget[place] { variable.leaveGraph() }
      return
    }
    let segment = graph.segment(number)
    segment.pending -= 1
    guard segment.pending > 0 else {
      segment.nodes = []
      return
    }
    guard let node = segment.nodes[index] else { return }
    guard case .evaluation(let evaluation) = node.origin else {
      segment.nodes[index] = nil
      return
    }
    // Release the results of an evaluation together, once the pass is done with the one of the lowest place. Until then the pass
    // finds them through the evaluation.
    let places = evaluation.places(in: self.number).compactMap { $0 }
    guard places.allSatisfy({ $0 >= place }) else { return }
    for case .inside(number, let other) in places.map({ order[$0] }) { segment.nodes[other] = nil }
  }

  private func build(_ segment: Rematerialisation.Segment) {
    segment.nodes = graph.nodes(of: segment.build())
    require(segment.nodes.count == segment.outline.count, "a segment is built of other nodes than the first time")
    mark(segment)
    // Rebuilding can take gradients, whose passes overwrite `visit` in variables that the segment reads.
    restore()
  }

  private func mark(_ segment: Rematerialisation.Segment) {
    for (node, place) in zip(segment.nodes, segment.places) { node?.visit = place < 0 ? (0, 0) : (number, place) }
  }

  private func restore() {
    for (place, node) in order.enumerated() {
      if case .outside(let variable) = node { variable.visit = (number, place) }
    }
    for (leaf, node) in leaves {
      let place = place(of: node)
      leaf.visit = place < 0 ? (0, 0) : (number, place)
    }
  }
}
