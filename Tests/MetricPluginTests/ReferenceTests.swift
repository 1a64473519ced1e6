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
  func `objective and gradient agree with PyTorch`(file name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let folder = try #require(sharedFolder)
    let file = try Safetensors(contentsOf: "\(folder)/golden/family/\(name).safetensors")
    let text = try #require(file.metadata["case"])
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let definition = try #require(json["model"] as? [String: Any])
    let ways = try #require(definition["ways"] as? Int)
    let model = try Self.model(definition, ways: ways)
    let id = try #require(json["algorithm"] as? String)
    let algorithm = Self.algorithm(id)
    let learner = Learner(model: model, taskLoss: .crossEntropy)
    func read(_ name: String) throws -> Tensor {
      let found = try file.tensor(name)
      return try #require(found, "\(name)")
    }
    func set(_ name: String) throws -> LabelledSet {
      LabelledSet(inputs: try read("\(name).x").transposed([0, 1, 3, 4, 2]), targets: .classes(try read("\(name).y"), ways: ways))
    }
    let shard = Episodes(support: try set("support"), query: try set("query")).converted(to: precision.dtype)
    var state = algorithm.initialState(learner, from: RandomStream(seed: 1), dtype: precision.dtype)
    let parameters = model.parameters.filter { state.learned.initial.leaf($0.name) != nil }
    for declaration in parameters {
      let leaf = declaration.layout.imported(try read("params.\(declaration.name)"), rank: declaration.shape.rank)
      state.learned.initial[declaration.name] = leaf.converted(to: precision.dtype)
    }
    for key in state.learned.own.names { state.learned.own[key] = try read("hyper.\(key)").converted(to: precision.dtype) }
    let context = AdaptationContext(stream: RandomStream(seed: 1), firstTask: 0)
    let found = algorithm.metaGradient(state, learner, shard, context)
    #expect(Self.error(found.losses, try read("expected.objective").doubles, floor: 0) <= precision.tolerance)
    // The gradient is summed over tasks here, and a mean over tasks in the file.
    func mean(_ sum: Tensor) -> [Double] { sum.doubles.map { $0 / Double(shard.count) } }
    #expect(file.tensors.keys.count { $0.hasPrefix("expected.grad.") } == parameters.count + state.learned.own.count)
    let expected = try parameters.map { try read("expected.grad.\($0.name)").doubles }
    let floor = 1e-3 * Self.norm(expected.flatMap { $0 })
    for (declaration, expected) in zip(parameters, expected) {
      let own = declaration.layout.exported(found.gradient.initial[declaration.name], rank: declaration.shape.rank)
      let error = Self.error(mean(own), expected, floor: floor)
      #expect(error <= precision.tolerance, "\(declaration.name): \(error)")
    }
    let own = found.gradient.own
    let reference = try own.names.flatMap { try read("expected.grad.\($0)").doubles }
    #expect(own.isEmpty || Self.error(own.leaves.flatMap(mean), reference, floor: 0) <= precision.tolerance)
  }

  private static func model(_ json: [String: Any], ways: Int) throws -> ConvNet {
    var model = ConvNet()
    model.hidden = try #require(json["hidden"] as? Int)
    model.blocks = try #require(json["blocks"] as? Int)
    model.downsampling = try #require((json["downsample"] as? String).flatMap(ConvNet.Downsampling.init))
    model.head = try #require((json["head"] as? String).flatMap(ConvNet.Head.init))
    let image = try #require(json["image"] as? Int)
    let channels = try #require(json["channels"] as? Int)
    try model.configure(inputShape: [image, image, channels], outputs: ways)
    return model
  }

  private static func algorithm(_ id: String) -> any Algorithm {
    switch id {
    case "proto-net": return PrototypicalNetworks()
    case "matching-net": return MatchingNetworks()
    default:
      #expect(id == "r2d2")
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
