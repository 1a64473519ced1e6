import Testing
import _TestSupport

private let run = ["run", "maml", "--task", "sinusoid"]

@Suite struct SettingErrorTests {
  @Test func `an unknown algorithm`() throws {
    let known = try idList("algorithms")
    let message = "unknown algorithm 'mamml'. Did you mean 'maml'? Known: \(known)."
    try expectError(message, ["run", "mamml", "--task", "sinusoid"])
    try expectError(message, ["check", "mamml"])
    try expectError(message, ["run-all", "--only", "mamml"])
    try expectError(message, ["run-all", "--skip", "mamml"])
  }

  @Test func `an unknown task`() throws {
    let message = "unknown task 'sinusiod'. Did you mean 'sinusoid'? Known: \(try idList("tasks"))."
    try expectError(message, ["run", "maml", "--task", "sinusiod"])
    try expectError(message, ["run-all", "--task", "sinusiod"])
    try expectError(message, run + ["--data", "sinusiod=x"])
  }

  @Test func `an unknown model`() throws {
    try expectError("unknown model 'mlpp'. Did you mean 'mlp'? Known: \(try idList("models")).", run + ["--model", "mlpp"])
  }

  @Test(arguments: [[], ["--out", "never-made"]])
  func `an unknown hyperparameter`(more: [String]) throws {
    let outcome = try ToolsProcess(run + ["--set", "inner.learningrate=1"] + more).outcome()
    #expect(
      outcome.errors.hasPrefix(
        "tools: error: unknown hyperparameter 'inner.learningrate'. Did you mean 'inner.learningRate'? Known: gradient, gradient."))
    #expect(outcome.exitCode == 2)
    #expect(outcome.output == "")
  }

  @Test func `a setting that no run of run-all knows`() throws {
    let outcome = try tools("run-all", "--only", "chance", "--task", "sinusoid", "--set", "task.wys=5")
    #expect(outcome.errors.hasPrefix("tools: error: unknown hyperparameter 'task.wys'."))
    #expect(outcome.exitCode == 2)
  }

  @Test(arguments: [
    ("inner.steps=many", "inner.steps is 'many', expected an integer from"),
    ("inner.steps=-1", "inner.steps is '-1', expected an integer from"),
    ("inner.learningRate=fast", "inner.learningRate is 'fast', expected a number from"),
    ("inner.learningRate=nan", "inner.learningRate is 'nan', expected a number from"),
    ("outer.learningRate=-0.1", "outer.learningRate is '-0.1', expected a number from 0.0 to 1000.0."),
    ("outer.schedule=sine", "outer.schedule is 'sine', expected one of constant, linear, cosine."),
    ("model.hidden=40,x", "model.hidden is '40,x', expected widths separated by commas, 40,40 for example."),
    ("task.shots=9...1", "task.shots is '9...1', expected an integer from 1 to 100000, or a range such as 1...20."),
    ("task.shots=0", "task.shots is '0', expected an integer from 1 to 100000, or a range such as 1...20."),
  ])
  func `a value of the wrong type or out of range`(setting: String, message: String) throws {
    let outcome = try ToolsProcess(run + ["--set", setting]).outcome()
    #expect(outcome.errors.hasPrefix("tools: error: \(message)"))
    #expect(outcome.exitCode == 2)
    #expect(outcome.output == "")
  }

  @Test func `a short form says which setting it makes`() throws {
    try expectError("task.shots is 'many', expected an integer from 1 to 100000, or a range such as 1...20.", run + ["--shots", "many"])
    try expectError("test.episodes is '1', expected an integer from 2 to 10000000.", run + ["--test-episodes", "1"])
  }

  @Test func `more ways than classes`() throws {
    try expectError(
      "30 ways were requested, but meta-validation has 20 classes; set --ways to at most 20.",
      ["run", "maml", "--task", "glyphs", "--ways", "30", "--set", "task.validationClasses=20"])
  }

  @Test(.enabled(if: sharedFolder != nil, "needs the Omniglot archives"))
  func `more shots than drawings`() throws {
    let outcome = try tools(
      "run", "maml", "--task", "omniglot", "--shots", "10", "--queries", "11", "--data", "omniglot=\(sharedFolder ?? "")/data/omniglot")
    #expect(outcome.errors.hasPrefix("tools: error: shots and queries ask for 21 drawings of a class, but "))
    #expect(outcome.errors.hasSuffix(" has 20; lower --shots or --queries.\n"))
    #expect(outcome.exitCode == 2)
  }

  @Test func `a run that does not fit into memory`() throws {
    let outcome = try ToolsProcess(run + ["--set", "model.hidden=60000,60000,60000,60000,60000"]).outcome()
    #expect(outcome.errors.hasPrefix("tools: error: the run needs about "))
    #expect(outcome.exitCode == 2)
  }

  /// The ids in the form that a lookup error lists them.
  private func idList(_ kind: String) throws -> String {
    let lines = try tools("list", kind).output.split(separator: "\n")
    return lines.compactMap { $0.split(separator: " ").first.map(String.init) }.joined(separator: ", ")
  }
}
