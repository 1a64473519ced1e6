import Models
import TensorCore

/// How often each arm was pulled and what it paid, for groups of trajectories that share their counts.
struct ArmCounts {
  private static let names = (successes: "successes", pulls: "pulls")

  /// Number of arms.
  let arms: Int
  /// Trajectories of a group.
  private let rows: Int
  private var successes: [Double]
  private var pulls: [Double]

  /// Creates counts of 0 for groups of the given number of trajectories.
  init(groups: Int, rows: Int, arms: Int) {
    (self.arms, self.rows) = (arms, rows)
    successes = Array(repeating: 0, count: groups * arms)
    pulls = successes
  }

  /// Creates counts for trajectories that each start from their task's counts and go on alone.
  init(_ tree: ParameterTree<Tensor>, trajectories: Int) {
    let (successes, pulls) = (tree[Self.names.successes], tree[Self.names.pulls])
    (arms, rows) = (successes.shape[1], 1)
    func repeated(_ tensor: Tensor) -> [Double] {
      (0..<tensor.shape[0]).flatMap { task in (0..<trajectories).flatMap { _ in tensor[task].doubles } }
    }
    (self.successes, self.pulls) = (repeated(successes), repeated(pulls))
  }

  /// The counts that a trajectory sees.
  subscript(row: Int) -> (successes: [Double], pulls: [Double]) {
    let own = (row / rows * arms)..<((row / rows + 1) * arms)
    return (Array(successes[own]), Array(pulls[own]))
  }

  /// Adds the rewards of one step of every trajectory that still runs.
  mutating func add(_ rewards: [Double], of chosen: [Int], where alive: [Double]) {
    for (row, arm) in chosen.enumerated() where alive[row] != 0 {
      successes[row / rows * arms + arm] += rewards[row]
      pulls[row / rows * arms + arm] += 1
    }
  }

  /// The counts as a state of adaptation, [T, arms] each.
  func tree(_ dtype: DType) -> ParameterTree<Tensor> {
    func tensor(_ numbers: [Double]) -> Tensor {
      Tensor(shape: [numbers.count / arms, arms], dtype: .float64) { bytes in
        _ = bytes.bindMemory(to: Double.self).initialize(fromContentsOf: numbers)
      }.converted(to: dtype)
    }
    return ParameterTree([(Self.names.successes, tensor(successes)), (Self.names.pulls, tensor(pulls))])
  }
}
