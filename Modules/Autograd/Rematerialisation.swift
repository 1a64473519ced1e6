import TensorCore

/// A graph whose parts are dropped and built again: its gradient has the bits of the whole graph's, with the memory of one part.
///
/// A chain of computations is cut into segments. Each is built once, its results are kept as leaves, and its graph is dropped but for an
/// outline: which node reads which. The reverse pass walks the outline of the whole graph in the order in which it would walk the graph
/// itself, and builds a segment again when it reaches it. So every cotangent is summed in the same order.
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
  /// Variables that are not built again: segments read them.
  private var staying: Set<ObjectIdentifier> = []
  // Keeps the identifiers valid.
  private var kept: [Variable] = []
  private var standIns: [ObjectIdentifier: RematerialisedPass.Node] = [:]

  /// A graph without a segment.
  package init() {}

  /// Builds a part of the graph and drops it.
  ///
  /// - Parameters:
  ///   - shared: Variables that the part reads beside results of earlier segments; asked for after the part was built.
  ///   - build: Builds the part and returns its results. It is called again in the reverse pass, and builds the same nodes each time.
  /// - Returns: The results, as leaves of the same values; results that are not tracked, or that are shared, stay as they are.
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

  /// The gradients of the sum of a variable's elements, like ``gradient(of:at:differentiable:)`` in the graph of all segments.
  ///
  /// - Precondition: The targets are no results of segments. The function is called once.
  package func gradient(of output: Variable, at targets: [Variable]) -> [Variable] {
    let pass = RematerialisedPass(self, from: output, to: targets)
    return pass.cotangents(at: targets, from: Variable(constant: .ones(output.shape, output.value.dtype)), differentiable: false)
  }

  /// Keeps variables with all that they were computed from.
  private func stay(_ variables: [Variable]) {
    var pending = variables
    while let variable = pending.popLast() {
      guard variable.isTracked, staying.insert(ObjectIdentifier(variable)).inserted else { continue }
      kept.append(variable)
      pending += variable.inputs
    }
  }

  /// The tracked nodes that results were computed by, inputs before results, without those that stay; `visit.place` is the index.
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

  /// The leaves that stand for results of segments, with what they stand for.
  fileprivate var leaves: [(leaf: Variable, node: RematerialisedPass.Node)] {
    kept.compactMap { leaf in standIns[ObjectIdentifier(leaf)].map { (leaf, $0) } }
  }

  fileprivate var all: [Segment] { segments }

  /// A part of the graph.
  fileprivate final class Segment {
    let build: () -> [Variable]
    /// The tracked inputs of each node.
    var outline: [[RematerialisedPass.Node]] = []
    /// The nodes while the part is built; empty where it is not.
    var nodes: [Variable?] = []
    /// Places in the pass's order.
    var places: [Int] = []
    /// Nodes that the pass has yet to do.
    var pending = 0

    init(_ build: @escaping () -> [Variable]) { self.build = build }
  }
}

/// The reverse pass through a graph whose segments are built again.
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
      guard let node = segment.nodes[index] else { preconditionFailure("a node of a segment is asked for twice") }
      return node
    }
  }

  func finish(_ place: Int) {
    guard case .inside(let number, let index) = order[place] else { return }
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
    // The results of an evaluation find each other in the graph until the one of the lowest place is done.
    let places = evaluation.places(in: self.number).compactMap { $0 }
    guard places.allSatisfy({ $0 >= place }) else { return }
    for case .inside(number, let other) in places.map({ order[$0] }) { segment.nodes[other] = nil }
  }

  private func build(_ segment: Rematerialisation.Segment) {
    segment.nodes = graph.nodes(of: segment.build())
    precondition(segment.nodes.count == segment.outline.count, "a segment is built of other nodes than the first time")
    mark(segment)
    // Building takes gradients, whose passes visit what the segment reads.
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
