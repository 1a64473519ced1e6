import Foundation
import Testing
import _TestSupport

/// `adapt` and `export --adapted` with a table.
@Suite struct AdaptTableTests {
  /// Twenty persons with twelve rows each.
  private static let text: String = {
    var text = "person,day,mood,score\n"
    for row in 0..<240 {
      let (person, day) = (row / 12, row % 12)
      text += "p\(person),\(day),\(["good", "bad"][row % 2]),\(Double(day * person) / 10)\n"
    }
    return text
  }()
  private static let support = "person,day,mood,score\nnew,1,good,10\nnew,2,bad,20\nnew,3,good,60\n"
  private static let query = "id,mood,day\n\"a,1\",good,4\nb,bad,5\n"

  /// A run of an algorithm, and the files support.csv and query.csv.
  private func withRun(
    _ algorithm: String = "maml", target: String = "score", _ more: [String] = [], _ body: (_ folder: String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try write(Self.text, "\(folder)/table.csv")
      let run = try ToolsProcess(
        ["run", algorithm, "--task", "table", "--data", "table=\(folder)/table.csv", "--set", "task.group=person"]
          + ["--set", "task.target=\(target)", "--shots", "4", "--queries", "4", "--iterations", "3", "--out", "\(folder)/run", "--quiet"]
          + smallSettings + smallTest + more
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      // Adaptation needs none of the data.
      try FileManager.default.removeItem(atPath: "\(folder)/table.csv")
      try write(Self.support, "\(folder)/support.csv")
      try write(Self.query, "\(folder)/query.csv")
      try body(folder)
    }
  }

  private func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  private func adapt(_ folder: String, _ more: String...) throws -> Outcome {
    try ToolsProcess(["adapt", "\(folder)/run", "--support", "\(folder)/support.csv"] + more).outcome()
  }

  @Test func `predictions are appended in the units of the table`() throws {
    // `chance` answers the mean of the support's targets.
    try withRun("chance") { folder in
      let outcome = try adapt(folder, "--query", "\(folder)/query.csv")
      #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == 3 && lines[0] == "id,mood,day,predicted_score")
      for (line, start) in zip(lines.dropFirst(), ["\"a,1\",good,4,", "b,bad,5,"]) {
        let value = try #require(line.hasPrefix(start) ? Double(line.dropFirst(start.count)) : nil, "\(line)")
        expectClose(value, 30, tolerance: 1e-4)
      }
    }
  }

  @Test func `a table in another form gives the same predictions`() throws {
    try withRun { folder in
      let first = try adapt(folder, "--query", "\(folder)/query.csv", "--out", "\(folder)/out.csv")
      #expect(first.exitCode == 0 && first.output == "", "\(first.errors)")
      let text = String(decoding: try bytes("\(folder)/out.csv"), as: UTF8.self)
      #expect(text.hasPrefix("id,mood,day,predicted_score\n\"a,1\",good,4,"))
      // Without the group, other columns in another order, semicolons, and the target in the query.
      try write("score;more;mood;day\n10;x;good;1\n20;y;bad;2\n60;z;good;3\n", "\(folder)/support.csv")
      try write("mood;day;score\ngood;4;-7\nbad;5;-7\n", "\(folder)/query.csv")
      let second = try adapt(folder, "--query", "\(folder)/query.csv")
      #expect(second.errors == "tools: note: table: columns not used: more.\n")
      let predictions = text.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").last }
      #expect(second.output == "mood;day;score;predicted_score\ngood;4;-7;\(predictions[0])\nbad;5;-7;\(predictions[1])\n")
    }
  }

  @Test func `classes have a predicted class and probabilities`() throws {
    try withRun("knn", target: "mood", ["--set", "neighbours=1", "--set", "task.inputs=day,score"]) { folder in
      let outcome = try adapt(folder, "--query", "\(folder)/support.csv")
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(lines[0] == ["person", "day", "mood", "score", "predicted_mood", "probability_bad", "probability_good"])
      for line in lines.dropFirst() {
        #expect(line[4] == line[2])
        // One vote of k = 1 gives (1 + 1) / (k + 2 classes).
        let right = try #require(Double(line[line[2] == "bad" ? 5 : 6]))
        expectClose(right, 2.0 / 3, tolerance: 1e-6)
      }
    }
  }

  @Test func `the adapted model is written, and explained`() throws {
    try withRun { folder in
      let adapted = try adapt(folder, "--out", "\(folder)/a.safetensors", "--steps", "3", "--explain")
      #expect(adapted.exitCode == 0 && adapted.output == "")
      let steps = adapted.errors.split(separator: "\n").map { $0.split(separator: ":")[0] }
      #expect(steps == ["step 0", "step 1", "step 2", "step 3"], "\(adapted.errors)")
      let losses = adapted.errors.split(separator: "\n").compactMap { Double($0.split(separator: " ").last ?? "") }
      #expect(losses.count == 4 && losses[3] < losses[0])
      let exported = try tools(
        "export", "\(folder)/run", "--adapted", "--support", "\(folder)/support.csv", "--steps", "3", "--out", "\(folder)/b.safetensors")
      #expect(exported.exitCode == 0, "\(exported.errors)")
      #expect(try bytes("\(folder)/a.safetensors") == bytes("\(folder)/b.safetensors"))
      // Without a step it is the initialisation.
      #expect(try adapt(folder, "--out", "\(folder)/0.safetensors", "--steps", "0").exitCode == 0)
      #expect(try tools("export", "\(folder)/run", "--out", "\(folder)/initial.safetensors").exitCode == 0)
      #expect(try bytes("\(folder)/0.safetensors") == bytes("\(folder)/initial.safetensors"))
    }
  }

  @Test func `rows with missing values stay without a prediction, or get the mean`() throws {
    for (rule, isPredicted) in [("drop", false), ("mean", true)] {
      try withRun("maml", ["--set", "task.missing=\(rule)"]) { folder in
        try write("mood,day\ngood,4\nbad,\ngood,NA\n", "\(folder)/query.csv")
        let outcome = try adapt(folder, "--query", "\(folder)/query.csv", "--quiet")
        #expect(outcome.exitCode == 0 && outcome.errors == "", "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 4 && lines.map { $0.hasSuffix(",") } == [false, false, !isPredicted, !isPredicted])

        // A query of one row may lack all values of an input.
        try write("mood,day\ngood,\n", "\(folder)/query.csv")
        if isPredicted {
          let one = try adapt(folder, "--query", "\(folder)/query.csv", "--quiet")
          #expect(one.exitCode == 0 && one.output.split(separator: "\n")[1].hasPrefix("good,,"), "\(one.errors)")
        } else {
          try expectError(
            "\(folder)/query.csv has no row without missing values; fill them in.",
            ["adapt", "\(folder)/run", "--support", "\(folder)/support.csv", "--query", "\(folder)/query.csv"])
        }
      }
    }
  }

  @Test func `bad input has one message and writes nothing`() throws {
    try withRun { folder in
      let (support, query) = ("\(folder)/support.csv", "\(folder)/query.csv")
      func expect(
        _ message: String, support: String = Self.support, query: String = Self.query, _ location: SourceLocation = #_sourceLocation
      ) throws {
        try write(support, "\(folder)/support.csv")
        try write(query, "\(folder)/query.csv")
        for out in [["--out", "\(folder)/out"], []] {
          try expectError(
            message, ["adapt", "\(folder)/run", "--support", "\(folder)/support.csv", "--query", "\(folder)/query.csv", "--quiet"] + out,
            sourceLocation: location)
        }
        #expect(fileNames(in: folder) == ["query.csv", "run", "support.csv"], sourceLocation: location)
      }
      try expect(
        "\(support): there is no column 'mood', which the run uses; add it. Columns: day, id, score.", support: "id,day,score\n1,2,3\n")
      try expect("\(support): there is no column 'score', which the run uses; add it. Columns: day, mood.", support: "day,mood\n1,good\n")
      try expect(
        "\(query): there is no column 'day', which the run uses; add it, or rename 'days'. Columns: days, mood.",
        query: "days,mood\n1,good\n")
      try expect(
        "\(support): row 3, column 'day': 'two' is not a finite number; correct it.",
        support: "day,mood,score\n1,good,1\ntwo,bad,2\n")
      try expect(
        "\(query): row 2, column 'day': 'inf' is not a finite number; correct it.", query: "day,mood\ninf,good\n")
      try expect(
        "\(query): row 2, column 'day': '1,5' has a decimal comma; export the table with decimal points.", query: "day;mood\n1,5;good\n")
      try expect(
        "\(query): column 'day' lacks 1 value, the first in row 2; fill them in, remove the rows, or train with task.missing=mean or drop, "
          + "which the checkpoint keeps.", query: "day,mood\n,good\n")
      try expect("\(query): the header has the column 'day' twice; rename one of them.", query: "day,day,mood\n1,2,good\n")
      try expect(
        "\(support): row 2 has 2 cells, expected 3 as in the header; correct the row.", support: "day,mood,score\n1,good\n")
      try expect("\(support) has a header, but no rows.", support: "day,mood,score\n")
      try expect("\(query) is empty; expected a header and rows.", query: "")
      try expect(
        "\(query): column 'day' lacks 1 value, the first in row 3; fill them in, remove the rows, or train with task.missing=mean or drop, "
          + "which the checkpoint keeps.", query: "day,mood\n1,good\n,bad\n")
      try expect(
        "\(support): there are rows of several groups: 'a' and 'b' in column 'person'; give the rows of one group, or leave the column out.",
        support: "person,day,mood,score\na,1,good,1\na,1,good,1\nb,1,good,1\n")
      try expect(
        "\(query) has a column 'predicted_score', as the predictions will; rename or remove it.",
        query: "day,mood,predicted_score\n1,good,2\n")
    }
  }

  @Test func `a support set of one class names the others`() throws {
    try withRun(target: "mood", ["--set", "task.inputs=day,score"]) { folder in
      try write("day,score,mood\n1,10,good\n2,20,good\n", "\(folder)/support.csv")
      try expectError(
        "all examples of the support set have the class 'good', expected at least two classes; add examples of another class. Others: bad.",
        ["adapt", "\(folder)/run", "--support", "\(folder)/support.csv", "--out", "\(folder)/out"])
      #expect(fileNames(in: folder) == ["query.csv", "run", "support.csv"])
    }
  }

  @Test func `flags and files that do not go together`() throws {
    try withRun { folder in
      let (run, support) = ("\(folder)/run", "\(folder)/support.csv")
      try expectError("adapt needs --support PATH; 'tools help adapt' says more.", ["adapt", run, "--query", support])
      try expectError("adapt needs CHECKPOINT; 'tools help adapt' says more.", ["adapt", "--support", support])
      try expectError("adapt needs --query PATH or --out FILE; 'tools help adapt' says more.", ["adapt", run, "--support", support])
      try expectError(
        "--steps is '10001', expected an integer from 0 to 10000.",
        ["adapt", run, "--support", support, "--query", support, "--steps", "10001"])
      try expectError("--support needs --adapted.", ["export", run, "--support", support, "--out", "\(folder)/out"])
      try expectError("--adapted needs --support PATH.", ["export", run, "--adapted", "--out", "\(folder)/out"])
      try expectError(
        "there is no file \(folder)/none; check the path.", ["adapt", run, "--support", "\(folder)/none", "--query", support])
      try expectError("\(folder) is not an ordinary file; name a file.", ["adapt", run, "--support", folder, "--query", support])
      try expectError(
        "the checkpoint cannot be used: there is no file \(folder)/none; check the path.",
        ["adapt", "\(folder)/none", "--support", support, "--query", support])
      try expectError(
        "\(support) exists; name another file with --out, or replace it with --overwrite.",
        ["adapt", run, "--support", "\(folder)/query.csv", "--out", support])
      for (input, out) in [(support, support), ("\(folder)/query.csv", "\(run)/checkpoint.safetensors")] {
        try expectError(
          "\(out) is a file that is read; name another file with --out.", ["adapt", run, "--support", input, "--out", out, "--overwrite"])
      }
      #expect(fileNames(in: folder) == ["query.csv", "run", "support.csv"])
      #expect(String(decoding: try bytes(support), as: UTF8.self) == Self.support)
      let replaced = try adapt(folder, "--query", "\(folder)/query.csv", "--out", "\(folder)/out", "--overwrite")
      #expect(replaced.exitCode == 0 && fileNames(in: folder) == ["out", "query.csv", "run", "support.csv"])
    }
  }

  @Test func `a task without examples in files names those that have`() throws {
    try withTemporaryFolder { folder in
      let run = try ToolsProcess(
        ["run", "scratch", "--task", "sinusoid", "--iterations", "1", "--out", "\(folder)/run", "--quiet"] + smallSettings + smallTest
      ).outcome()
      try #require(run.exitCode == 0, "\(run.errors)")
      try expectError(
        "sinusoid does not read examples from files; tasks that do: glyphs, images, omniglot, table.",
        ["adapt", "\(folder)/run", "--support", folder, "--out", "\(folder)/out"])
      #expect(fileNames(in: folder) == ["run"])
    }
  }
}
