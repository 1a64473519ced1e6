public import Registry
public import Tasks
import TensorCore

// A whole family of tasks, to copy and to change: 'tools new task NAME' writes a copy with a name of your own.

/// Regression on parabolas that differ in curvature and position.
///
/// ```
/// y = a·(x − c)²        a ~ U[−1, 1]   c ~ U[−2, 2]   x ~ U[−3, 3]
/// ```
/// A task is drawn from its number alone, so that any machine and any thread draws the same one.
public struct TemplateTask: TaskDistribution {
  public static let card = TaskCard(id: "template-task", title: "parabolas of unknown curvature and position", citation: "none: a template")

  public static let hyperparameters =
    HyperparameterTable<TemplateTask>([
      .integer("shots", \.shots, in: 1...100_000, "Support points of a task."),
      .integer("queries", \.queries, in: 1...100_000, "Query points of a task."),
    ]) + .nested("curvature", \.curvature, Interval.hyperparameters)

  /// Support points per task.
  public var shots = 10
  /// Query points per task.
  public var queries = 10
  /// Range of a.
  public var curvature = Interval(-1, 1)

  public init() {}

  /// Checks the settings, and loads data if there are any; '--data ID=PATH' gives their place.
  public func prepare(source: String?) throws { try curvature.validate("curvature", of: Self.card.id) }

  /// What a model needs to know: the shape of one input, the number of outputs, the loss, and how many samples a task has.
  public var signature: TaskSignature {
    TaskSignature(
      inputShape: [1], outputs: 1, taskLoss: .meanSquaredError, supportCount: shots, queryCount: queries, suggestedModel: "mlp")
  }

  /// Identifies the splits; runs on other splits are never compared.
  public var splitFingerprint: String { SplitFingerprint.digest(rangesOf: self) }

  /// The task of a number in a split, with its support and query set.
  public func episode(_ index: Int, in split: Split, seed: UInt64) -> Episode {
    var stream = stream(index, in: split, seed: seed)
    let factor = stream.uniform(curvature.low...curvature.high)
    let centre = stream.uniform(-2...2)
    func set(_ count: Int) -> LabelledSet {
      let inputs = (0..<count).map { _ in stream.uniform(-3...3) }
      let targets = inputs.map { factor * ($0 - centre) * ($0 - centre) }
      return LabelledSet(inputs: column(inputs), targets: .values(column(targets)))
    }
    let support = set(shots)
    return Episode(support: support, query: set(queries))
  }

  /// Numbers as a tensor [N, 1].
  private func column(_ numbers: [Double]) -> Tensor {
    Tensor(shape: [numbers.count, 1]) { _ = $0.initialize(from: numbers.map(Float.init)) }
  }
}

#if objectFormat(ELF)
@section("task_records") @used
#elseif objectFormat(MachO)
@section("__DATA_CONST,__tasks") @used
#endif
private let record: RegistryRecord = (
  version: 1,
  accessor: { $0.initializeMemory(as: (any TaskDistribution.Type).self, to: TemplateTask.self) }
)
