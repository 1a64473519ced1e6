import Evaluation
import TensorCore
import Testing
import _TestSupport

/// Meta-gradients against reference cases that another framework computed; the files are beside the checkout.
@Suite(.enabled(if: sharedFolder != nil, "the reference cases are not on this machine; SHARED_DIR names their folder"))
struct GoldenTests {
  /// The required cases: a folder without files would pass every comparison.
  static let cases = [
    "conv-fomaml-2", "conv-maml-2", "logistic-maml-3", "pool-maml-1", "sine-adam-3", "sine-fomaml-5", "sine-maml-1", "sine-maml-5",
    "sine-metasgd-3", "sine-momentum-4", "sine-reptile-5",
  ]

  @Test(arguments: cases)
  func `losses, adapted parameters and gradients agree with PyTorch`(name: String) throws {
    let folder = try #require(sharedFolder)
    let report = try parityReports(path: "\(folder)/golden/\(name).safetensors")
    #expect(report.passed, "\(report)")
    // A loss, and the adapted value and gradient of each parameter, in both precisions.
    #expect(report.rows.count >= 2 * 5)
    #expect(Set(report.rows.map(\.dtype)) == [.float64, .float32])
  }

  /// The cases of the extended family that this version must have.
  static let family = [
    "conv-boil", "conv-curvature", "conv-matching-net", "conv-meta-curvature", "conv-per-tensor-per-step", "conv-proto-maml",
    "conv-proto-net", "conv-r2d2", "mlp-adamw", "mlp-cavia",
    "mlp-contrastive", "mlp-curvature", "mlp-multi-step", "mlp-nesterov", "mlp-reptile-distance", "mlp-t-net",
  ]

  @Test(arguments: family)
  func `meta-losses, further rules and the family agree with PyTorch`(name: String) throws {
    let folder = try #require(sharedFolder)
    let report = try parityReports(path: "\(folder)/golden/family/\(name).safetensors")
    #expect(report.passed, "\(report)")
    // An objective, and the gradient of each parameter and hyperparameter, in both precisions.
    #expect(report.rows.count >= 2 * 8)
    #expect(report.rows.contains { $0.tensor == "objective" })
  }

  @Test func `every reference case is tested`() throws {
    let folder = try #require(sharedFolder)
    let files = fileNames(in: "\(folder)/golden").filter { $0.hasSuffix(".safetensors") }
    #expect(files == Self.cases.map { "\($0).safetensors" })
  }

  @Test func `the solution of a proximal problem and its implicit gradient agree with PyTorch`() throws {
    let folder = try #require(sharedFolder)
    let report = try parityReports(
      path: "\(folder)/golden/family/mlp-imaml.safetensors", tolerances: ParityTolerances(float64: 1e-6, float32: 1e-3))
    #expect(report.passed, "\(report)")
    #expect(report.rows.count == 2 * (1 + 6 + 6))
  }

  /// By this measure, PyTorch's own float32 results stay below 2e-4.
  @Test func `single precision is as good as the reference's own`() throws {
    let folder = try #require(sharedFolder)
    let worst = try Self.cases.map { try parityReports(path: "\(folder)/golden/\($0).safetensors").worst(.float32) }
    #expect((worst.max() ?? .infinity) < 2e-4, "\(zip(Self.cases, worst).map { "\($0): \($1)" })")
  }
}
