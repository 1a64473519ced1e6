import Foundation
import Testing
import _TestSupport

private let run = ["run", "maml-rl", "--task", "navigation", "--iterations", "1"]
private let small = [
  "--shots", "3", "--queries", "2", "--set", "task.horizon=4", "--set", "model.hidden=4", "--set", "training.metaBatch=2",
  "--test-episodes",
  "3", "--test-steps", "2",
]

/// Runs in environments, and their bad input.
@Suite struct EnvironmentRunTests {
  @Test(arguments: ["maml-rl", "fomaml-rl", "pretrained", "random"], ["navigation", "bandit"])
  func `every algorithm for rewards runs in every environment`(algorithm: String, task: String) throws {
    let outcome = try ToolsProcess(["run", algorithm, "--task", task, "--iterations", "2", "--quiet"] + small).outcome()
    #expect(outcome.errors == "" && outcome.exitCode == 0)
    #expect(outcome.output.contains("return after") && outcome.output.contains("3 held-out episodes"))
  }

  @Test func `run-all leaves out algorithms for labels`() throws {
    try withTemporaryFolder { folder throws in
      let choice = ["run-all", "--task", "navigation", "--only", "maml,random", "--iterations", "1", "--out", folder]
      let outcome = try ToolsProcess(choice + small).outcome()
      #expect(outcome.errors.contains("maml on navigation is left out"))
      #expect(outcome.exitCode == 0)
    }
  }

  @Test func `records keep paths, and the report draws them`() throws {
    try withTemporaryFolder { folder throws in
      let (whole, other) = ("\(folder)/whole", "\(folder)/other")
      let choice = ["run-all", "--task", "navigation", "--only", "random", "--quiet", "--out", whole]
      #expect(try ToolsProcess(choice + small).outcome().exitCode == 0)
      let modes = try jsonObject("\(whole)/navigation/random/results.json")["modes"] as? [[String: Any]]
      let paths = try #require(modes?.first?["paths"] as? [[String: Any]])
      #expect(paths.map { $0["episode"] as? Int } == [0, 1, 2, 0, 1, 2, 0, 1, 2])
      #expect(paths.map { $0["step"] as? Int } == [0, 0, 0, 1, 1, 1, 2, 2, 2])
      for path in paths {
        let (x, y) = (try #require(path["x"] as? [Double]), try #require(path["y"] as? [Double]))
        #expect(x.first == 0 && y.first == 0 && x.count == y.count && (1...4).contains(x.count))
      }
      // The page made of records equals the page made of results.
      #expect(try tools("compare", whole, "--out", other).exitCode == 0)
      let page = try bytes("\(whole)/report.html")
      #expect(try bytes("\(other)/report.html") == page)
      #expect(String(decoding: page, as: UTF8.self).contains("random: paths before and after adaptation"))
    }
  }

  @Test(arguments: [
    (["--shots", "0"], "task.shots is '0', expected an integer from 1 to 100000."),
    (["--queries", "0"], "task.queries is '0', expected an integer from 1 to 100000."),
    (["--set", "task.horizon=0"], "task.horizon is '0', expected an integer from 1 to 10000."),
    (
      ["--model", "mlp"],
      "maml-rl: model mlp is no policy; the actions are 2 continuous numbers, so set --model gaussian-policy."
    ),
    (
      ["--model", "categorical-policy"],
      "maml-rl: categorical-policy chooses one of several actions, and an action of navigation is 2 continuous numbers; set --model "
        + "gaussian-policy."
    ),
    (
      ["--set", "outer.optimizer=adam"],
      "maml-rl: with update=trpo, the meta-gradient is the whole step, so outer.optimizer must be sgd and outer.learningRate 1; set "
        + "trpo.divergence to change the step, or update=gradient."
    ),
    (
      ["--set", "task.goal.low=2"],
      "navigation: goal.low is 2.0 and goal.high is 0.5; set both finite, the first at most the second."
    ),
  ])
  func `settings that do not fit`(flags: [String], message: String) throws {
    try expectError(message, run + flags)
  }

  @Test func `rewards for an algorithm of labels, and the other way round`() throws {
    try expectError(
      "maml does not support these tasks: they are environments, which give rewards, and it learns from labelled samples. Choose other "
        + "tasks, another model or another algorithm.", ["run", "maml", "--task", "navigation"])
    try expectError(
      "maml-rl does not support these tasks: they have labelled samples, and it learns from the rewards of environments. Choose other tasks, "
        + "another model or another algorithm.", ["run", "maml-rl", "--task", "sinusoid"])
  }
}
