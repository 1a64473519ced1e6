import Algorithms

/// What `run-all` spends on a run by default, so that the whole takes minutes.
///
/// Measured on two cores, MAML on glyphs with equal times: meta-batches of 32 × 50 iterations get 89.1% right, 16 × 100 90.7%,
/// 8 × 200 91.8%, 4 × 400 93.2%; on Omniglot 66.7%, 68.6%, 75.2% and 80.9%.
struct Budget {
  let iterations: Int
  /// Settings that apply unless the user makes them.
  var settings: [(key: String, value: String)] = []

  /// The budget of an algorithm, which is known by its kind of meta-gradient, on a task.
  static func of(_ kind: MetaGradientKind, on task: String) -> Budget {
    switch task {
    case "sinusoid", "sinusoid-frequency", "linear-classification":
      return Budget(iterations: kind == .none ? 1 : 30_000)
    default:
      // Support-plus-one takes most of the test's time: a forward pass for each query sample.
      let test = [("test.episodes", "100"), ("test.steps", "3")]
      switch kind {
      case .exact, .firstOrder: return Budget(iterations: 600, settings: test + [("training.metaBatch", "4")])
      case .displacement: return Budget(iterations: 600, settings: test)
      case .none: return Budget(iterations: 1, settings: test)
      }
    }
  }
}
