import Algorithms
import Models
import Tasks
import TensorCore

/// The carried state of `mixed-model`: the products of the first tasks' columns [1 x y], and the models estimated from them.
///
/// It holds "products", [capacity, width · width] with a row of zeros for each task still to come, the number of "tasks", the number of
/// tasks when the models were "fitted", and for each output the "fixed" effects, the "factor" Λ and the "residual" deviation.
struct MixedModelState {
  private static let products = "products"
  private(set) var tree: ParameterTree<Tensor>

  init(_ tree: ParameterTree<Tensor>) { self.tree = tree }

  /// The state before the first task: no fixed effects, and unit variances.
  init(_ sizes: VectorRegression, capacity: Int, effects: Int, dtype: DType) {
    let width = 1 + sizes.inputs + sizes.outputs
    let none = Tensor(0, dtype: dtype)
    tree = PreciseSum.split(Self.products, .zeros([capacity, width * width], .float64), dtype).merging(
      ParameterTree([
        ("tasks", none), ("fitted", none), ("fixed", .zeros([sizes.outputs, 1 + sizes.inputs], dtype)),
        ("factor", Tensor.identity(effects, dtype).expanded(over: sizes.outputs).contiguous), ("residual", .ones([sizes.outputs], dtype)),
      ]))
  }

  var capacity: Int { tree[Self.products + ".high"].shape[0] }
  /// Number of tasks that the products are from.
  var tasks: Int { Int(tree["tasks"].scalar) }
  private var inputs: Int { tree["fixed"].shape[1] }

  /// The models, one for each output.
  var models: [LinearMixedModel] {
    let (fixed, factor, residual) = (tree["fixed"], tree["factor"], tree["residual"].doubles)
    return residual.indices.map {
      LinearMixedModel(fixed: fixed[$0].doubles, factor: factor[$0].doubles, residual: residual[$0], criterion: .nan)
    }
  }

  /// What a shard's tasks add, in the rows that they will have; nil if there is no room for more.
  ///
  /// The columns are [1 x y] of all samples, [T, N + M, width] in float64.
  func observed(_ columns: Tensor, firstTask: Int) -> ParameterTree<Tensor>? {
    guard tasks < capacity else { return nil }
    let dtype = tree["tasks"].dtype
    let row = min(tasks + firstTask, capacity)
    let count = min(columns.shape[0], capacity - row)
    var nothing = tree.map { Tensor.zeros($0.shape, $0.dtype) }
    nothing["tasks"] = Tensor(Double(columns.shape[0]), dtype: dtype)
    guard count > 0 else { return nothing }
    let products = columns.matmul(columns, transposeFirst: true).slice(0..<count)
    let rows = products.reshaped([count, products.shape[1] * products.shape[2]]).padded(to: capacity, at: row, along: 0)
    return nothing.updated(with: PreciseSum.split(Self.products, rows, dtype))
  }

  /// Adds the observations of a step, and estimates the models anew once the tasks have doubled or there is no room for more.
  mutating func add(_ observed: ParameterTree<Tensor>, random: [Int]) {
    let dtype = tree["tasks"].dtype
    let products = PreciseSum.joined(Self.products, tree) + PreciseSum.joined(Self.products, observed)
    let count = min(tasks + Int(observed["tasks"].scalar), capacity)
    tree = tree.updated(with: PreciseSum.split(Self.products, products, dtype))
    tree["tasks"] = Tensor(Double(count), dtype: dtype)
    guard count == capacity || Double(count) >= 2 * tree["fitted"].scalar else { return }
    tree["fitted"] = tree["tasks"]
    let coefficients = inputs
    let width = coefficients + tree["residual"].shape[0]
    let groups = (0..<count).map { products[$0].doubles }
    let found = models.enumerated().map { output, before in
      let own = groups.map {
        CrossProducts(
          $0, width: width, rows: Int(min(max($0[0].rounded(), 0), 1e9)), random: random, fixed: Array(0..<coefficients),
          target: coefficients + output)
      }
      return LinearMixedModel.fit(own, effects: random.count, coefficients: coefficients) ?? before
    }
    func stored(_ name: String, _ numbers: [Double]) { tree[name] = Tensor(numbers: numbers, tree[name].shape).converted(to: dtype) }
    stored("fixed", found.flatMap(\.fixed))
    stored("factor", found.flatMap(\.factor))
    stored("residual", found.map(\.residual))
  }

  /// Regression coefficients of [1 x] for each task, [T, 1 + features, outputs]: fixed effects and predicted random effects.
  func coefficients(for support: LabelledSet, random: [Int]) -> Tensor {
    let models = models
    let x = support.vectors.withIntercept
    let (count, width, outputs) = (x.shape[0], x.shape[2], models.count)
    let z = Tensor.concatenated(random.map { x.sliced($0..<($0 + 1), along: 2) }, along: 2)
    let fixed = Tensor(numbers: models.flatMap(\.fixed), [outputs, width]).transposed([1, 0])
    let rest = support.numbers - x.matmul(fixed.expanded(over: count))
    let (squares, sums) = (z.matmul(z, transposeFirst: true), z.matmul(rest, transposeFirst: true).transposed([0, 2, 1]))
    var coefficients = (0..<count).flatMap { _ in fixed.doubles }
    for task in 0..<count {
      for (output, model) in models.enumerated() {
        let own = LinearMixedModel.randomEffects(model.factor, squares: squares[task].doubles, sums: sums[task][output].doubles)
        for (place, effect) in zip(random, own) { coefficients[(task * width + place) * outputs + output] += effect }
      }
    }
    return Tensor(numbers: coefficients, [count, width, outputs])
  }
}
