import Foundation
import Testing

@Suite struct ListTests {
  private let algorithms = [
    "anil", "bilevel", "boil", "cavia", "chance", "fomaml", "imaml", "joint", "knn", "lr-d2", "lslr", "maml", "maml-plus-plus",
    "matching-net", "meta-curvature", "meta-opt-net", "meta-optimizer", "meta-sgd", "mixed-model", "proto-maml", "proto-net", "r2d2",
    "relation-net", "reptile", "ridge-pooled", "ridge-task", "scratch", "t-net", "template", "warp-grad",
  ]

  @Test func `the built-in algorithms, tasks and models are listed`() throws {
    let ids = { (kind: String) in
      try tools("list", kind).output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    }
    #expect(try Set(ids("algorithms")).isSuperset(of: algorithms))
    let tasks = ["glyphs", "images", "linear-classification", "omniglot", "sinusoid", "sinusoid-frequency", "table"]
    #expect(try Set(ids("tasks")).isSuperset(of: tasks))
    #expect(try Set(ids("models")).isSuperset(of: ["conv", "conv1d", "logistic", "mlp"]))
  }

  @Test func `JSON gives every setting with type, range and default`() throws {
    let outcome = try tools("list", "algorithms", "--json")
    #expect(outcome.exitCode == 0)
    let list = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(Set(list.compactMap { $0["id"] as? String }).isSuperset(of: algorithms))
    let maml = try #require(list.first { $0["id"] as? String == "maml" })
    #expect(maml["metaGradient"] as? String == "exact")
    let settings = try #require(maml["settings"] as? [[String: Any]])
    let rate = try #require(settings.first { $0["key"] as? String == "inner.learningRate" })
    #expect(rate["type"] as? String == "real")
    #expect(rate["minimum"] as? Double == 0)
    #expect(rate["default"] as? Double == 0.01)
    let all = try #require(try JSONSerialization.jsonObject(with: Data(tools("list", "--json").output.utf8)) as? [String: Any])
    #expect(Set(all.keys) == ["algorithms", "tasks", "models", "optimizers", "objectives", "gradients", "losses"])
  }

  @Test func `every kind has a Markdown table`() throws {
    let titles = [
      "algorithms": "| id | algorithm | source | meta-gradient |", "tasks": "| id | task | source |", "models": "| id | model | source |",
      "optimizers": "| id | optimizer | source |", "gradients": "| id | gradient | source | meta-gradient |",
      "losses": "| id | loss | source | targets |",
    ]
    for (kind, title) in titles {
      let lines = try tools("list", kind, "--markdown").output.split(separator: "\n").map(String.init)
      #expect(lines.first == title)
      #expect(lines.count > 3)
      for line in lines { #expect(line.count { $0 == "|" } == title.count { $0 == "|" }, "\(line)") }
    }
  }

  @Test func `the README shows the table of algorithms`() throws {
    let readme = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md").standardized,
      encoding: .utf8)
    let table = try tools("list", "algorithms", "--markdown").output
    #expect(readme.contains("<!-- algorithms: begin -->\n\(table)<!-- algorithms: end -->"))
  }

  @Test func `a reader that goes away is no error`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "{ '\(toolsPath)' help settings; echo \"exit code $?\" >&2; } | head -n 1 > /dev/null"]
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "exit code 0\n")
    process.waitUntilExit()
  }
}
