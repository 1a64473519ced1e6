import Algorithms
import Tasks

/// The default size of a run of `run-all`, chosen so that all runs together take minutes.
///
/// Small meta-batches do best in equal time. Accuracy of MAML on two cores, for meta-batch × iterations of 32 × 50, 16 × 100,
/// 8 × 200 and 4 × 400: on glyphs 89.1%, 90.7%, 91.8% and 93.2%, on Omniglot 66.7%, 68.6%, 75.2% and 80.9%.
struct Budget {
  let iterations: Int
  /// Default settings, which the user's settings override.
  var settings: [(key: String, value: String)] = []

  /// The budget of an algorithm with a kind of meta-gradient on tasks of a signature.
  static func of(_ kind: MetaGradientKind, on signature: TaskSignature) -> Budget {
    if signature.taskLoss.targets == .rewards {
      // A task is scored by whole trajectories; the published test has 40 tasks and 3 steps.
      return Budget(iterations: kind == .none ? 1 : 100, settings: [("test.episodes", "40"), ("test.steps", "3")])
    }
    switch signature.inputKind {
    case .vector: return Budget(iterations: kind == .none ? 1 : 30_000)
    case .image, .signal:
      // Support-plus-one takes most of the test's time: one forward pass per query sample.
      let test = [("test.episodes", "100"), ("test.steps", "3")]
      switch kind {
      case .exact, .firstOrder, .implicit, .estimate: return Budget(iterations: 600, settings: test + [("training.metaBatch", "4")])
      case .displacement: return Budget(iterations: 600, settings: test)
      case .none: return Budget(iterations: 1, settings: test)
      }
    }
  }
}
