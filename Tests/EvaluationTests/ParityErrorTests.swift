import Algorithms
import Evaluation
import Models
import Registry
import TensorCore
import Testing
import _TestSupport

/// Files that are not valid reference cases.
@Suite struct ParityErrorTests {
  private func expectFault(
    _ fault: ParityError.Fault, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout Safetensors) throws -> Void
  ) throws {
    var file = ParityFixture.sgd.file
    try change(&file)
    try withTemporaryFolder { folder in
      let path = "\(folder)/case.safetensors"
      try file.write(to: path)
      #expect(throws: ParityError(path: path, fault: fault), sourceLocation: sourceLocation) { try parityReports(path: path) }
    }
  }

  private func expectFault(
    _ fault: ParityError.Fault, replacing text: String, with other: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectFault(fault, sourceLocation: sourceLocation) { file in
      let json = try #require(file.metadata["case"])
      let changed = json.replacing(text, with: other)
      #expect(changed != json, sourceLocation: sourceLocation)
      file.metadata["case"] = changed
    }
  }

  @Test func `a missing file`() {
    let path = "no-such-folder/case.safetensors"
    #expect(throws: ParityError(path: path, fault: .file(.file(.missing(path: path))))) { try parityReports(path: path) }
  }

  @Test func `a truncated file`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/case.safetensors"
      try AtomicFile.write(Array("short".utf8), to: path)
      #expect(throws: ParityError(path: path, fault: .file(.tooShort(byteCount: 5)))) { try parityReports(path: path) }
    }
  }

  @Test func `metadata without a case, or with one that is no JSON`() throws {
    try expectFault(.missingCase) { $0.metadata = [:] }
    try expectFault(.invalidJSON) { $0.metadata["case"] = "{" }
    try expectFault(.wrongType(key: "")) { $0.metadata["case"] = "[]" }
  }

  @Test func `missing keys are named with their path`() throws {
    try expectFault(.missingKey("loss"), replacing: "\"loss\"", with: "\"los\"")
    try expectFault(.missingKey("inner.optimizer"), replacing: "\"optimizer\"", with: "\"optimiser\"")
    try expectFault(.missingKey("model.layers"), replacing: "\"layers\"", with: "\"widths\"")
    try expectFault(.missingKey("model.image"), replacing: "\"mlp\"", with: "\"conv\"")
  }

  @Test func `values of the wrong type are named with their path`() throws {
    try expectFault(.wrongType(key: "inner.steps"), replacing: "\"steps\": 1", with: "\"steps\": \"one\"")
    try expectFault(.wrongType(key: "tasks"), replacing: "\"tasks\": 1", with: "\"tasks\": null")
  }

  @Test func `an objective is any registered one, with its settings`() throws {
    func expectObjectiveFault(_ fault: ParityError.Fault, _ objective: String) throws {
      try expectFault(fault, replacing: "\"loss\"", with: "\"objective\": \(objective), \"loss\"")
    }
    try expectObjectiveFault(
      .unknownName(key: "objective.kind", found: "triplet", known: ObjectiveRegistry.all.ids), #"{"kind": "triplet"}"#)
    try expectObjectiveFault(
      .unknownName(key: "objective", found: "margn", known: ["kind", "margin", "weight"]),
      #"{"kind": "contrastive", "margin": 1, "margn": 1}"#)
    try expectObjectiveFault(.missingKey("objective.margin"), #"{"kind": "contrastive"}"#)
    try expectObjectiveFault(.missingKey("objective.kind"), #"{"margin": 1}"#)
    try expectObjectiveFault(.wrongType(key: "objective.margin"), #"{"kind": "contrastive", "margin": {"m": 1}}"#)
    try expectObjectiveFault(
      .objective(
        .malformed(
          key: "objective.weights", found: "1.0,2.0", expected: "one number for each of inner.steps (1), separated by commas")),
      #"{"kind": "multi-step", "weights": [1, 2]}"#)
  }

  @Test func `unknown names are answered with the known ones`() throws {
    try expectFault(
      .unknownName(
        key: "inner.optimizer", found: "lion",
        known: OptimizerRegistry.all.ids + ["per-parameter-sgd", "per-tensor-per-step-sgd", "curvature-sgd"]),
      replacing: "\"sgd\"", with: "\"lion\"")
    try expectFault(
      .unknownName(key: "loss", found: "hinge", known: ["binary-cross-entropy", "cross-entropy", "huber", "mse"]),
      replacing: "\"mse\"", with: "\"hinge\"")
    try expectFault(
      .unknownName(key: "estimator", found: "evolution", known: ["exact", "first-order", "reptile"]),
      replacing: "\"exact\"", with: "\"evolution\"")
    try expectFault(
      .unknownName(key: "model.kind", found: "rnn", known: ["mlp", "conv", "cavia-mlp", "t-net"]), replacing: "\"mlp\"", with: "\"rnn\"")
  }

  @Test func `numbers out of range`() throws {
    try expectFault(.outOfRange(key: "tasks", found: 0, expected: 1...1_000_000), replacing: "\"tasks\": 1", with: "\"tasks\": 0")
    try expectFault(.outOfRange(key: "inner.steps", found: -1, expected: 0...1000), replacing: "\"steps\": 1", with: "\"steps\": -1")
    try expectFault(
      .outOfRange(key: "model.layers", found: 9_000_000_000, expected: 1...65_536), replacing: "[1, 1]", with: "[1, 9000000000]")
    try expectFault(.outOfRange(key: "model.layers", found: 1, expected: 2...100), replacing: "[1, 1]", with: "[1]")
  }

  @Test(arguments: ["params.layers.0.weight", "hyper.lr", "support.x", "query.y", "expected.query_loss", "expected.grad.lr"])
  func `a missing tensor`(name: String) throws {
    try expectFault(.missingTensor(name)) { $0.tensors[name] = nil }
  }

  @Test func `tensors of other shapes and types`() throws {
    try expectFault(.tensorShape(name: "support.x", expected: [1, 1, 1], found: [1, 2, 1])) {
      $0.tensors["support.x"] = .zeros([1, 2, 1], .float64)
    }
    try expectFault(.tensorShape(name: "expected.grad.lr", expected: [], found: [1])) {
      $0.tensors["expected.grad.lr"] = .zeros([1], .float64)
    }
    try expectFault(.tensorType(name: "query.y", expected: .float64, found: .int64)) {
      $0.tensors["query.y"] = try Tensor([0] as [Int], shape: [1, 1, 1])
    }
    try expectFault(.tensorType(name: "params.layers.0.bias", expected: .float64, found: .int64)) {
      $0.tensors["params.layers.0.bias"] = try Tensor([0] as [Int], shape: [1])
    }
  }

  @Test func `parameters of another model`() throws {
    try expectFault(.model(.unexpectedParameter(name: "layers.1.bias"))) { $0.tensors["params.layers.1.bias"] = .zeros([1], .float64) }
    try expectFault(.model(.parameterShape(name: "layers.0.bias", expected: [1], found: [2]))) {
      $0.tensors["params.layers.0.bias"] = .zeros([2], .float64)
    }
  }

  @Test func `labels that are no classes`() throws {
    try expectFault(.label(tensor: "support.y", found: 1, ways: 1)) { file in
      file.metadata["case"] = file.metadata["case"]?.replacing("\"mse\"", with: "\"cross-entropy\"")
      file.tensors["support.y"] = try Tensor([1] as [Int], shape: [1, 1])
    }
  }

  @Test func `products of numbers are bounded`() throws {
    let conv =
      #"{"kind": "conv", "image": 28, "channels": 1, "hidden": 4, "blocks": 1, "downsample": "stride", "#
      + #""head": "flatten", "ways": 3000}"#
    for key in ["support", "query"] {
      try expectFault(.outOfRange(key: key, found: 1_000_000, expected: 1...715_827)) { file in
        file.metadata["case"] = file.metadata["case"]?.replacing(#"{"kind": "mlp", "layers": [1, 1]}"#, with: conv)
          .replacing("\"\(key)\": 1", with: "\"\(key)\": 1000000")
      }
    }
  }

  @Test(arguments: ["support", "query", "support2"])
  func `labels of every set are checked, whatever their type`(name: String) throws {
    func label(_ value: UInt8, _ dtype: DType) -> Tensor {
      Tensor(shape: [1, 1], dtype: dtype) { $0.copyBytes(from: [value] + Array(repeating: 0, count: dtype.byteCount - 1)) }
    }
    for dtype in [DType.int32, .int64] {
      for objective in ["query", "contrastive"] where objective == "contrastive" || name != "support2" {
        try expectFault(.label(tensor: "\(name).y", found: 1, ways: 1)) { file in
          let kind = objective == "query" ? "" : #", "objective": {"kind": "contrastive", "margin": 1}"#
          file.metadata["case"] = file.metadata["case"]?.replacing("\"mse\"", with: "\"cross-entropy\"\(kind)")
          file.tensors["support2.x"] = file.tensors["support.x"]
          for set in ["support", "query", "support2"] { file.tensors["\(set).y"] = label(set == name ? 1 : 0, dtype) }
        }
      }
    }
  }

  @Test func `targets of a binary loss are 0 or 1`() throws {
    for name in ["support", "query"] {
      try expectFault(.target(tensor: "\(name).y", found: 2)) { file in
        file.metadata["case"] = file.metadata["case"]?.replacing("\"mse\"", with: "\"binary-cross-entropy\"")
        file.tensors["\(name).y"] = Tensor(repeating: 2, shape: [1, 1, 1], dtype: .float64)
      }
    }
  }

  @Test func `text of a file is shown without control characters, and shortened`() {
    let error = ParityError(path: "a", fault: .missingTensor("\u{1b}[31m" + String(repeating: "x", count: 100_000)))
    #expect(error.description.count < 200)
    #expect(error.description.hasPrefix("a: tensor '\\u{1b}[31mxxx"))
  }

  @Test func `messages say what was found and expected`() {
    let error = ParityError(path: "a.safetensors", fault: .tensorShape(name: "support.x", expected: [1, 2], found: [3]))
    #expect(error.description == "a.safetensors: tensor 'support.x' has shape [3], the case makes it [1, 2].")
  }
}
