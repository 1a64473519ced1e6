/// What `run-all` spends on a task by default, so that the whole takes minutes.
struct Budget {
  let iterations: Int
  /// Settings that apply unless the user makes them.
  var settings: [(key: String, value: String)] = []

  /// The budget of a task.
  static func of(_ task: String) -> Budget {
    switch task {
    case "sinusoid", "sinusoid-frequency", "linear-classification": Budget(iterations: 5000)
    default: Budget(iterations: 200, settings: [("test.episodes", "300"), ("test.steps", "5")])
    }
  }
}
