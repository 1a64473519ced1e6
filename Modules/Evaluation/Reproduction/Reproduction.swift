import Registry
import Tasks

/// The results of a preset beside the published numbers.
public struct Reproduction: Sendable {
  /// The runs of one test of the preset, one for each seed.
  public struct Tested: Sendable {
    /// The training.
    public let run: Preset.Run
    /// The test.
    public let test: Preset.Test
    /// The results, by ascending seed.
    public let line: Comparison.Line

    /// Joins the results of all seeds; at least one.
    public init(run: Preset.Run, test: Preset.Test, rows: [Comparison.Row]) {
      self.run = run
      self.test = test
      line = Comparison.Line(rows.sorted { $0.run.seed < $1.run.seed }, label: run.name, rankAt: .last)
    }
  }

  /// The trainings of a run, one for each seed.
  public struct Trained: Sendable {
    /// The training.
    public let run: Preset.Run
    /// The results in the training's own test, by ascending seed, with the folders of the curves.
    public let line: Comparison.Line

    /// Joins the trainings of all seeds; at least one.
    public init(run: Preset.Run, rows: [Comparison.Row]) {
      self.run = run
      line = Comparison.Line(rows.sorted { $0.run.seed < $1.run.seed }, label: run.name, rankAt: .last)
    }
  }

  /// How our number compares with the published one.
  public enum Verdict: String, Sendable, Hashable {
    /// The intervals overlap, or ours contains the published number.
    case within
    /// Ours is better, and the intervals do not overlap.
    case better
    /// Ours is worse, and the intervals do not overlap.
    case worse
    /// Our interval is wider than our number, so that it says nothing.
    case unclear
    /// The published number is not verified.
    case unverified
  }

  /// The preset.
  public let preset: Preset
  /// The tests, in the order of the preset.
  public let tested: [Tested]
  /// The trainings of runs that ask when a score is reached, in the order of the preset.
  public let trained: [Trained]
  /// The runs whose algorithm is not registered.
  public let notBuilt: [Preset.Run]
  /// Whether it is the quick form.
  public let isQuick: Bool

  /// Collects results.
  public init(preset: Preset, tested: [Tested], trained: [Trained], notBuilt: [Preset.Run], isQuick: Bool) {
    self.preset = preset
    self.tested = tested
    self.trained = trained
    self.notBuilt = notBuilt
    self.isQuick = isQuick
  }
}

/// A number of a reproduction, in the unit of tables.
struct ReproducedCell {
  let tested: Reproduction.Tested
  let cell: Preset.Cell
  private let point: CurvePoint?
  private let measure: Measure

  init(_ tested: Reproduction.Tested, _ cell: Preset.Cell) {
    self.tested = tested
    self.cell = cell
    let first = tested.line.rows[0].result.modes[0]
    measure = first.headlineMeasure
    let curve = tested.line.curve(cell.mode ?? first.name, measure)
    point = curve.flatMap { $0.indices.contains(cell.step) ? $0[cell.step] : nil }
  }

  /// Our number; nil without such a mode or step, or if episodes diverged.
  var value: Double? {
    let value = cell.statistic == .mean ? point?.estimate?.mean : point?.median
    return value.map { $0 * measure.factor }
  }

  /// Half the interval of our mean.
  var halfWidth: Double? { cell.statistic == .mean ? point?.estimate?.halfWidth.map { $0 * measure.factor } : nil }

  /// The number of episodes whose loss is more than ten times that before adaptation, or not finite.
  var worsened: Int {
    tested.line.rows.reduce(0) { count, row in
      let losses = (cell.mode.flatMap(row.result.mode) ?? row.result.modes[0]).losses
      guard losses.indices.contains(cell.step) else { return count }
      return count + zip(losses[cell.step], losses[0]).count { !($0 <= 10 * $1) }
    }
  }

  /// The number of episodes of all seeds.
  var episodes: Int { tested.line.rows.reduce(0) { $0 + $1.result.episodes.count } }

  /// nil without a published number or one of ours.
  var verdict: Reproduction.Verdict? {
    guard let published = cell.published else { return nil }
    if cell.isUnverified { return .unverified }
    guard let value else { return nil }
    if let halfWidth, halfWidth > value.magnitude { return .unclear }
    if abs(value - published) <= (halfWidth ?? 0) + (cell.halfWidth ?? 0) { return .within }
    return (value > published) == measure.isMoreBetter ? .better : .worse
  }

  /// Whether our number reaches the target; nil without a target.
  var meetsTarget: Bool? {
    cell.target.map { target in value.map { measure.isMoreBetter ? $0 >= target : $0 <= target } ?? false }
  }

  /// "mean after 1 step, transductive".
  var name: String {
    "\(cell.statistic) after \(cell.step) \(cell.step == 1 ? "step" : "steps")\(cell.mode.map { ", \($0)" } ?? "")"
  }

  func text(_ value: Double?, _ halfWidth: Double?) -> String {
    let digits = measure.factor == 1 ? 3 : 2
    guard let value else { return "-" }
    return fixed(value, digits) + (halfWidth.map { " ± \(fixed($0, digits))" } ?? "")
  }

  /// Our number as text.
  var text: String { text(value, halfWidth) }
}
