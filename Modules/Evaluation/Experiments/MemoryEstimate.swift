import Algorithms
import Models
import Tasks
import TensorCore

/// About how many bytes of tensors a run holds at its peak.
///
/// ```
/// parameters   4 · P · (5 + shards of a meta-batch)                  state, moments and sum; one gradient a shard
/// training     threads · 4 · T · [P · (4 + 2 · steps) + 8 · A · (steps · S + Q)]
/// test         threads · 4 · [T' · P · (steps' + 2) + max(T' · 8 · A · S, T' · 3 · A · Q, 3 · A · Q · (S + 1))]
/// ```
/// P is the number of parameters, S and Q the support and query samples of a task, T and T' the tasks of a shard, A the outputs of
/// all layers for one sample; steps count in training where the meta-gradient is exact, since only then every step's graph stays.
/// The last term of the maximum is support-plus-one. Only one of training and test runs at a time.
///
/// Measured against the allocator's mark, on MLPs and convolutional networks of several widths, ways, shots and steps, the estimate
/// lies between 1.0 and 2.6 times the peak (6 for Reptile, which trains on mini-batches).
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
  /// Copies of a sample's activations that the graph of an adaptation step holds.
  private static let graphCopies = 8.0
  /// Copies that a prediction without a graph holds.
  private static let predictionCopies = 3.0

  /// About how many bytes of tensors the run holds at its peak.
  public var memoryEstimate: MemoryEstimate {
    let signature = tasks.signature
    let parameters = learner.model.parameters.reduce(0.0) { $0 + Self.size($1.shape) }
    let activations = Self.activations(of: learner.model, image: signature.inputShape)
    let (support, query) = (Double(signature.supportCount), Double(signature.queryCount))

    let shardSize = min(training.shardSize, training.metaBatchSize)
    let shards = (training.metaBatchSize + shardSize - 1) / shardSize
    let isExact = type(of: algorithm).card.metaGradient == .exact
    let steps = Double(isExact ? max(algorithm.adaptationSteps, 1) : 1)
    let trainingShard =
      Double(shardSize) * (parameters * (4 + 2 * steps) + Self.graphCopies * activations * (steps * support + query))

    let testShards = (test.episodes + test.shardSize - 1) / test.shardSize
    let testTasks = Double(min(test.shardSize, test.episodes))
    let isPlusOne = testModes.contains { $0.mode == .supportPlusOne }
    let predicted = max(testTasks * query, isPlusOne ? query * (support + 1) : 0)
    let testShard =
      testTasks * parameters * Double(test.steps + 2)
      + activations * max(testTasks * Self.graphCopies * support, Self.predictionCopies * predicted)

    return MemoryEstimate(
      parameterBytes: saturated(4 * parameters * Double(5 + shards)),
      trainingBytes: saturated(4 * trainingShard * Double(min(training.threads, shards))),
      testBytes: saturated(4 * testShard * Double(min(training.threads, testShards))))
  }

  /// The outputs of all layers for one sample.
  ///
  /// A convolution's are its channels times the positions. The i-th one is taken to see the image halved i times; a `ConvNet` that
  /// halves by stride does so before its output.
  private static func activations(of model: any Model, image: Shape) -> Double {
    var total = size(image)
    var halvings = (model as? ConvNet)?.downsampling == .stride ? 1 : 0
    for shape in model.parameters.map(\.shape) {
      switch shape.rank {
      case 2: total += Double(shape[1])
      case 4:
        let sides = image.rank == 3 ? [image[0], image[1]] : []
        let positions = sides.reduce(1.0) { $0 * (Double($1) / Double(1 << min(halvings, 30))).rounded(.up) }
        total += positions * Double(shape[3])
        halvings += 1
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
