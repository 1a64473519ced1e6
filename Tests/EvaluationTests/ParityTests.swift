import Evaluation
import TensorCore
import Testing
import _TestSupport

/// Agreement with correct references, and disagreement with wrong ones.
@Suite struct ParityTests {
  static let closedForms: [ParityFixture] = [
    .sgd, ParityFixture(estimator: "first-order"), ParityFixture(estimator: "reptile"), .rescaled(decay: nil), .rescaled(decay: 0.9),
  ]

  @Test(arguments: closedForms.indices)
  func `cases with a closed form agree`(index: Int) throws {
    let report = try report(Self.closedForms[index].file)
    #expect(report.passed, "\(report)")
    #expect(report.worst(.float64) < 1e-14)
    #expect(report.worst(.float32) < 1e-5)
    #expect(report.name == "case")
  }

  @Test func `every reference is compared in both precisions`() throws {
    let rows = try report(ParityFixture.rescaled(decay: 0.9).file).rows
    let common = ["query_loss", "adapted.layers.0.bias", "adapted.layers.0.weight", "grad.layers.0.bias", "grad.layers.0.weight"]
    #expect(rows.filter { $0.dtype == .float64 }.map(\.tensor) == common + ["grad.decay", "grad.eps", "grad.lr"])
    #expect(rows.filter { $0.dtype == .float32 }.map(\.tensor) == common + ["grad.*"])
  }

  @Test(arguments: ParityFixture.sgd.file.tensors.keys.filter { $0.hasPrefix("expected.") }.sorted())
  func `a wrong reference is a disagreement, in the tensor that is wrong`(name: String) throws {
    var file = ParityFixture.sgd.file
    file.tensors[name] = file.tensors[name].map { 1.01 * $0 }
    let report = try report(file)
    #expect(!report.passed)
    let tensor = String(name.dropFirst("expected.".count))
    #expect(report.rows.filter { !$0.passed && $0.dtype == .float64 }.map(\.tensor) == [tensor])
    let found = try #require(report.rows.first { $0.tensor == tensor && $0.dtype == .float64 }?.error)
    expectClose(found, 0.01 / 1.01, tolerance: 1e-12)
  }

  @Test func `the wrong estimator is a disagreement`() throws {
    var file = ParityFixture.sgd.file
    file.metadata["case"] = ParityFixture(estimator: "first-order").json
    let report = try report(file)
    #expect(
      report.rows.filter { !$0.passed && $0.dtype == .float64 }.map(\.tensor) == ["grad.layers.0.bias", "grad.layers.0.weight", "grad.lr"])
  }

  @Test func `a reference that is not computed is a disagreement`() throws {
    var file = ParityFixture.sgd.file
    file.tensors["expected.grad.momentum"] = Tensor(0, dtype: .float64)
    let report = try report(file)
    let missing = report.rows.filter { !$0.passed }
    #expect(missing.map(\.tensor) == ["grad.momentum", "grad.momentum"])
    #expect(missing.allSatisfy { $0.error == nil && $0.group == nil })
    #expect(report.worst(.float64) == .infinity)
    #expect("\(report)".contains("FAIL float64  grad.momentum"))
  }

  @Test(arguments: ["expected.query_loss", "support.x"])
  func `not a number is a disagreement`(name: String) throws {
    var file = ParityFixture.sgd.file
    file.tensors[name] = file.tensors[name].map { $0 + Tensor(.nan, dtype: .float64) }
    let report = try report(file)
    #expect(!report.passed)
    #expect(report.worst(.float64) == .infinity && report.worst(.float32) == .infinity)
  }

  @Test func `tolerances decide, for each precision alone`() throws {
    var file = ParityFixture.sgd.file
    file.tensors["expected.query_loss"] = file.tensors["expected.query_loss"].map { (1 + 1e-5) * $0 }
    let found = try report(file)
    #expect(found.rows.filter { !$0.passed }.map(\.dtype) == [.float64])
    #expect(try report(file, ParityTolerances(float64: 1e-4)).passed)
    #expect(try !report(file, ParityTolerances(float64: 1e-4, float32: 1e-9)).passed)
  }

  @Test func `a gradient far below its group is measured against the group`() throws {
    // The bias's reference is zero, as if it were rounding noise of the weight's. The floor is 10⁻³ of the group's norm.
    var file = ParityFixture.sgd.file
    let weight = try #require(file.tensors["expected.grad.layers.0.weight"]).doubles[0]
    file.tensors["expected.grad.layers.0.bias"] = Tensor(repeating: 0, shape: [1], dtype: .float64)
    let row = try #require(try report(file).rows.first { $0.tensor == "grad.layers.0.bias" })
    expectClose(try #require(row.error), abs(weight) / (1e-3 * abs(weight)), tolerance: 1e-9)
  }

  @Test(.enabled(if: sharedFolder != nil, "the reference cases are not on this machine; SHARED_DIR names their folder"))
  func `where the head alone adapts, the other parameters stay`() throws {
    let folder = try #require(sharedFolder)
    var file = try Safetensors(contentsOf: "\(folder)/golden/conv-fomaml-2.safetensors")
    file.metadata["case"] = file.metadata["case"]?.replacing("\"steps\": 2", with: "\"steps\": 2, \"head_only\": true")
    for (name, tensor) in file.tensors where name.hasPrefix("params.features.") {
      file.tensors["expected.adapted.\(name.dropFirst("params.".count))"] = tensor.expanded(over: 3).contiguous
    }
    func adapted(_ report: ParityReport, _ layer: String) -> [ParityReport.Row] {
      report.rows.filter { $0.dtype == .float64 && $0.tensor.hasPrefix("adapted.\(layer).") }
    }
    let found = try report(file)
    #expect(adapted(found, "features").map(\.error) == Array(repeating: 0, count: 16))
    // The head now starts from the body's output, so references for adapting the whole network no longer hold.
    #expect(adapted(found, "classifier").filter { !$0.passed }.count == 2)
  }

  private func report(_ file: Safetensors, _ tolerances: ParityTolerances = ParityTolerances()) throws -> ParityReport {
    try withTemporaryFolder { folder in
      try file.write(to: "\(folder)/case.safetensors")
      return try parityReports(path: "\(folder)/case.safetensors", tolerances: tolerances)
    }
  }
}
