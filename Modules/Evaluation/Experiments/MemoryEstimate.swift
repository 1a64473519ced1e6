import Algorithms
import Models
import Tasks
import TensorCore

/// About how many bytes of tensors a run holds at its peak.
///
/// ```
/// parameters   4 · P · (4 + shards of a meta-batch)                        state, moments, sum; one gradient a shard
/// training     threads · 4 · T · [P · (3 + 2 · steps) + k · A · (steps · S + Q)]
/// test         threads · 4 · [T' · (P · (steps' + 2) + k · A · max(S, Q)) + k' · A · Q · (S + 1)]
/// ```
/// P is the number of parameters, S and Q the support and query samples of a task, T and T' the tasks of a shard, A the numbers
/// that one sample leaves in the layers: the outputs of a linear layer, and of a convolution its channels times the positions,
/// plus what its window gathers (im2col), where the i-th convolution is taken to see the image halved i times.
/// k and k' count the copies of them that a graph and a plain prediction hold. Only one of training and test runs at a time.
public struct MemoryEstimate: Sendable, Hashable, CustomStringConvertible {
  /// The meta-learned state, the outer optimizer's moments and the gradients of a meta-batch.
  public let parameterBytes: Int
  /// The shards that are trained on at one time.
  public let trainingBytes: Int
  /// The shards that are tested at one time.
  public let testBytes: Int

  /// What a run holds at its peak.
  public var totalBytes: Int { saturated(Double(parameterBytes) + Double(max(trainingBytes, testBytes))) }

  /// The settings that the largest part grows with.
  var advice: String {
    if parameterBytes >= max(trainingBytes, testBytes) { return "model.hidden" }
    return trainingBytes >= testBytes
      ? "--queries, --shots, --ways, --threads, training.shardSize, inner.steps or model.hidden"
      : "--queries, --shots, --ways, --threads, test.shardSize, test.steps or model.hidden"
  }

  public var description: String {
    "\(byteText(parameterBytes)) for parameters, \(byteText(trainingBytes)) in training, \(byteText(testBytes)) in test"
  }
}

extension Experiment {
  /// Copies of a sample's activations that a graph with second derivatives holds for every adaptation step.
  static let graphCopies = 8.0
  /// Copies that a plain prediction holds.
  static let predictionCopies = 3.0

  /// About how many bytes of tensors the run holds at its peak.
  public var memoryEstimate: MemoryEstimate {
    let signature = tasks.signature
    let parameters = learner.model.parameters.reduce(0.0) { $0 + Self.size($1.shape) }
    let activations = Self.activations(of: learner.model, image: signature.inputShape)
    let (support, query) = (Double(signature.supportCount), Double(signature.queryCount))

    let shardSize = min(training.shardSize, training.metaBatchSize)
    let shards = (training.metaBatchSize + shardSize - 1) / shardSize
    let steps = Double(max(algorithm.adaptationSteps, 1))
    let trainingShard =
      Double(shardSize) * (parameters * (3 + 2 * steps) + Self.graphCopies * activations * (steps * support + query))

    let testShards = (test.episodes + test.shardSize - 1) / test.shardSize
    let isPlusOne = testModes.contains { $0.mode == .supportPlusOne }
    let testShard =
      Double(min(test.shardSize, test.episodes))
      * (parameters * Double(test.steps + 2) + Self.graphCopies * activations * max(support, query))
      + (isPlusOne ? Self.predictionCopies * activations * query * (support + 1) : 0)

    return MemoryEstimate(
      parameterBytes: saturated(4 * parameters * Double(4 + shards)),
      trainingBytes: saturated(4 * trainingShard * Double(min(training.threads, shards))),
      testBytes: saturated(4 * testShard * Double(min(training.threads, testShards))))
  }

  /// Numbers that one sample leaves in the layers.
  private static func activations(of model: any Model, image: Shape) -> Double {
    var total = size(image)
    var convolutions = 0
    for shape in model.parameters.map(\.shape) {
      switch shape.rank {
      case 2: total += Double(shape[1])
      case 4:
        let halved = { (extent: Int) in Double(max(extent >> min(convolutions, 62), 1)) }
        let positions = image.rank == 3 ? halved(image[0]) * halved(image[1]) : 1
        total += positions * (Double(shape[3]) + Double(shape[2]))
        convolutions += 1
      default: break
      }
    }
    return total
  }

  /// The number of elements, without overflow.
  private static func size(_ shape: Shape) -> Double { shape.dimensions.reduce(1) { $0 * Double($1) } }
}

/// The number as an integer, the largest one where it is beyond.
func saturated(_ value: Double) -> Int { value < 0x1p62 ? Int(value) : .max }

/// Bytes in words: "1.5 GiB".
func byteText(_ bytes: Int) -> String {
  let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var value = Double(bytes) / 1024
  var unit = 0
  while value >= 1024, unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return "\(fixed(value, 1)) \(units[unit])"
}
