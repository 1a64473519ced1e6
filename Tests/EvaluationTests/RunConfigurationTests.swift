import Algorithms
import Evaluation
import Registry
import TensorCore
import Testing
import _TestSupport

@Suite struct RunConfigurationTests {
  private func read(_ text: String) throws(ConfigurationError) -> RunConfiguration {
    try RunConfiguration(decoding: Array(text.utf8), name: "c")
  }

  /// A small configuration with further lines after its first ones.
  private func text(_ lines: String...) -> String {
    (["{", #""formatVersion": 1,"#, #""algorithm": "maml","#, #""task": "sinusoid""#] + lines + ["}"]).joined(separator: "\n")
  }

  @Test func `a configuration repeats its experiment`() throws {
    var request = Small.request("maml", [("outer.rates", "initial:0.5"), ("inner.learningRate", "1e-05")])
    request.seed = .max
    let experiment = try Experiment(request)
    let written = RunConfiguration(experiment)
    let read = try read(written.json.text)
    let again = try Experiment(read.request)
    #expect(again.configuration.map(\.key) == experiment.configuration.map(\.key))
    #expect(again.configuration.map(\.value) == experiment.configuration.map(\.value))
    #expect(again.training.seed == .max)
    #expect(RunConfiguration(again).json == written.json)
  }

  @Test func `what is left out has its default`() throws {
    let read = try read(text())
    #expect(read.model == nil && read.iterations == nil && read.seed == 0 && read.settings.isEmpty && read.data == nil)
    #expect(try Experiment(read.request).ids == ("maml", "sinusoid", "mlp"))
  }

  @Test func `settings may be numbers or texts`() throws {
    let read = try read(text(#", "settings": {"#, #""inner.steps": "3", "inner.learningRate": 5e-1, "model.hidden": "4,4"}"#))
    #expect(read.settings.map(\.value) == [.integer(3), .real(0.5), .text("4,4")])
  }

  @Test func `a wrong key is named with its line and the nearest one`() {
    let keys = [
      "formatVersion", "version", "algorithm", "task", "model", "seed", "iterations", "data", "dataDigest", "init", "initDigest",
      "settings",
    ]
    #expect(throws: ConfigurationError.unknown(path: "c", line: 6, LookupError(kind: "key", name: "sed", known: keys))) {
      try self.read(self.text(", \"iterations\": 3,", "\"sed\": 1"))
    }
    do {
      _ = try read(text(", \"settings\": {", "\"inner.steps\": 1,", "\"inner.stepz\": 1}"))
      Issue.record("a wrong setting was read")
    } catch {
      #expect("\(error)".hasPrefix("line 7 of c: unknown setting 'inner.stepz'. Did you mean 'inner.steps'? Known: "))
    }
    do {
      _ = try read("{\"formatVersion\": 1,\n\"task\": \"sinusoid\", \"algorithm\":\n\"mamll\"}")
      Issue.record("a wrong algorithm was read")
    } catch {
      #expect("\(error)".hasPrefix("line 2 of c: unknown algorithm 'mamll'. Did you mean 'maml'?"))
    }
  }

  @Test func `a wrong value is named with its line`() {
    #expect(
      throws: ConfigurationError.setting(
        path: "c", line: 6, .invalid(key: "validation.every", found: "-1", expected: .integer(0...(.max))))
    ) { try self.read(self.text(", \"settings\": {", "\"validation.every\": -1}")) }
    #expect(throws: ConfigurationError.value(path: "c", line: 5, key: "iterations", expected: "an integer of at least 1")) {
      try self.read(self.text(", \"iterations\": 0"))
    }
    #expect(throws: ConfigurationError.value(path: "c", line: 5, key: "seed", expected: "an integer from 0 to 18446744073709551615")) {
      try self.read(self.text(", \"seed\": -1"))
    }
    #expect(throws: ConfigurationError.value(path: "c", line: 5, key: "model", expected: "a text")) {
      try self.read(self.text(", \"model\": 3"))
    }
    #expect(throws: ConfigurationError.value(path: "c", line: 5, key: "settings", expected: "an object")) {
      try self.read(self.text(", \"settings\": []"))
    }
    #expect(
      throws: ConfigurationError.value(path: "c", line: 6, key: "inner.steps", expected: "a text, a number, true or false")
    ) { try self.read(self.text(", \"settings\": {", "\"inner.steps\": null}")) }
  }

  @Test func `another version, damaged JSON and missing keys are refused`() {
    #expect(throws: ConfigurationError.version(path: "c", line: 2, expected: 1, found: "2")) {
      try self.read("{\n\"formatVersion\": 2, \"other\": []}")
    }
    #expect(throws: ConfigurationError.missing(path: "c", key: "formatVersion")) { try self.read("{}") }
    #expect(throws: ConfigurationError.missing(path: "c", key: "task")) {
      try self.read("{\"formatVersion\": 1, \"algorithm\": \"maml\"}")
    }
    #expect(throws: ConfigurationError.json(path: "c", line: 2, JSONError(fault: .unexpectedEnd, offset: 19))) {
      try self.read("{\"formatVersion\":\n1")
    }
    #expect(throws: ConfigurationError.json(path: "c", line: 1, JSONError(fault: .unexpectedByte(0x5b), offset: 0))) {
      try self.read("[]")
    }
  }

  @Test func `a folder stands for its config_json`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/config.json"
      #expect(throws: ConfigurationError.file(.missing(path: path))) { try RunConfiguration(contentsOf: folder) }
      try AtomicFile.write(Array(text().utf8), to: path)
      #expect(try RunConfiguration(contentsOf: folder).algorithm == "maml")
      #expect(try RunConfiguration(contentsOf: path).algorithm == "maml")
    }
  }
}
