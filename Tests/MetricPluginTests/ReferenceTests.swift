import Algorithms
import Foundation
import MatchingNetworks
import Models
import PrototypicalNetworks
import R2D2
import Tasks
import TensorCore
import Testing
import _TestSupport

/// Objectives and gradients against reference cases that PyTorch computed; the files are beside the checkout.
@Suite(.enabled(if: sharedFolder != nil, "the reference cases are not on this machine; SHARED_DIR names their folder"))
struct ReferenceTests {
  @Test(arguments: ["conv-proto-net", "conv-matching-net", "conv-r2d2"], [(DType.float64, 1e-8), (.float32, 1e-3)])
  func `objective and gradient agree with PyTorch`(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let folder = try #require(sharedFolder)
    let file = try Safetensors(contentsOf: "\(folder)/golden/family/\(name).safetensors")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(try #require(file.metadata["case"]).utf8)) as? [String: Any])
    let model = try Self.model(try #require(json["model"] as? [String: Any]))
    let algorithm = try Self.algorithm(try #require(json["algorithm"] as? String))
    let learner = Learner(model: model, taskLoss: .crossEntropy)
    let ways = try #require((json["model"] as? [String: Any])?["ways"] as? Int)
    func set(_ name: String) throws -> LabelledSet {
      let inputs = try #require(try file.tensor("\(name).x")).transposed([0, 1, 3, 4, 2])
      return LabelledSet(inputs: inputs, targets: .classes(try #require(try file.tensor("\(name).y")), ways: ways))
    }
    let shard = Episodes(support: try set("support"), query: try set("query")).converted(to: precision.dtype)
    var state = algorithm.initialState(learner, from: RandomStream(seed: 1), dtype: precision.dtype)
    for declaration in model.parameters {
      guard let leaf = try file.tensor("params.\(declaration.name)") else { continue }
      state.learned.initial[declaration.name] =
        declaration.layout.imported(leaf, rank: declaration.shape.rank).converted(to: precision.dtype)
    }
    for key in state.learned.own.names {
      state.learned.own[key] = try #require(try file.tensor("hyper.\(key)")).converted(to: precision.dtype)
    }
    let context = AdaptationContext(stream: RandomStream(seed: 1), firstTask: 0)
    let found = algorithm.metaGradient(state, learner, shard, context)
    let objective = try #require(try file.tensor("expected.objective"))
    #expect(Self.error(found.losses, objective.doubles, floor: 0) <= precision.tolerance)
    // The gradient is summed over tasks here, and a mean over tasks in the file.
    let expected = file.tensors.filter { $0.key.hasPrefix("expected.grad.") }
    #expect(expected.count == state.learned.initial.count + state.learned.own.count)
    let parameters = model.parameters.filter { state.learned.initial.leaf($0.name) != nil }
    let floor = 1e-3 * Self.norm(try parameters.flatMap { try #require(expected["expected.grad.\($0.name)"]).doubles })
    for declaration in parameters {
      let own = declaration.layout.exported(found.gradient.initial[declaration.name], rank: declaration.shape.rank)
      let error = Self.error(
        own.doubles.map { $0 / Double(shard.count) }, try #require(expected["expected.grad.\(declaration.name)"]).doubles, floor: floor)
      #expect(error <= precision.tolerance, "\(declaration.name): \(error)")
    }
    let (own, reference) = (
      found.gradient.own.leaves.flatMap(\.doubles).map { $0 / Double(shard.count) },
      try found.gradient.own.names.flatMap { try #require(expected["expected.grad.\($0)"]).doubles }
    )
    #expect(own.isEmpty || Self.error(own, reference, floor: 0) <= precision.tolerance)
  }

  private static func model(_ json: [String: Any]) throws -> ConvNet {
    var model = ConvNet()
    model.hidden = try #require(json["hidden"] as? Int)
    model.blocks = try #require(json["blocks"] as? Int)
    model.downsampling = try #require((json["downsample"] as? String).flatMap(ConvNet.Downsampling.init))
    model.head = try #require((json["head"] as? String).flatMap(ConvNet.Head.init))
    let (image, channels) = (try #require(json["image"] as? Int), try #require(json["channels"] as? Int))
    try model.configure(inputShape: [image, image, channels], outputs: try #require(json["ways"] as? Int))
    return model
  }

  private static func algorithm(_ name: String) throws -> any Algorithm {
    switch name {
    case "proto-net": return PrototypicalNetworks()
    case "matching-net": return MatchingNetworks()
    default:
      #expect(name == "r2d2")
      var algorithm = R2D2()
      algorithm.head.isTransformed = false
      return algorithm
    }
  }

  private static func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// ‖a − b‖ / max(‖b‖, floor), as the reference files define agreement.
  private static func error(_ ours: [Double], _ reference: [Double], floor: Double) -> Double {
    guard ours.count == reference.count else { return .infinity }
    return norm(zip(ours, reference).map { $0 - $1 }) / max(norm(reference), floor)
  }
}
