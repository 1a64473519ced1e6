public import Registry

/// The optimizer of the meta-parameters.
public struct OuterOptimizer: Sendable, Hashable {
  /// The learning-rate schedule of a run.
  public enum Schedule: String, Sendable, CaseIterable {
    case constant
    /// Linear decay to the final fraction.
    case linear
    /// Cosine decay to the final fraction.
    case cosine
  }

  /// The settings, under the prefix "outer" on the command line.
  public static let hyperparameters =
    HyperparameterTable<OuterOptimizer>.flattened(\.optimizer, Optimizer.settings)
    + HyperparameterTable<OuterOptimizer>([
      .choice("schedule", \.schedule, "How the learning rate changes over the run."),
      .real("finalFraction", \.finalFraction, in: 0...1, "Learning rate at the end of a schedule, as a fraction of the first."),
      .list(
        "rates", \.rateTexts, of: .text,
        "Learning-rate factors by parameter name, such as initial:0 to freeze the initialisation. The longest matching name applies."),
      .real("clipNorm", \.clipNorm, in: 0...1e9, "Maximum norm of the meta-gradient; a larger gradient is scaled down. 0 for no limit."),
      .real(
        "clipValue", \.clipValue, in: 0...1e9,
        "Maximum absolute value of a meta-gradient entry; larger entries are clipped. 0 for no limit."),
    ])

  /// The update rule with its hyperparameters.
  public var optimizer: Optimizer
  /// The learning-rate schedule.
  public var schedule = Schedule.constant
  /// Learning rate at the end of a schedule, as a fraction of the initial rate.
  public var finalFraction = 0.0
  /// Factors of the learning rate by name: "initial", "inner.learningRate", "initial.layers.0.weight".
  ///
  /// A name matches itself and all names that begin with it and a dot. The longest match counts; without a match the factor is 1, and a
  /// factor of 0 freezes. Per-parameter learning rates are named "inner.rates.<parameter>".
  public var rates: [String: Double] = [:]
  /// Largest norm of the meta-gradient; 0 disables clipping by norm.
  public var clipNorm = 0.0
  /// Largest absolute value of a meta-gradient entry; 0 disables clipping by value.
  public var clipValue = 0.0

  /// Creates an outer optimizer; the default is Adam with a constant learning rate of 0.001.
  public init(_ rule: any OptimizerRule.Type = Adam.self, learningRate: Double = 1e-3, schedule: Schedule = .constant) {
    optimizer = Optimizer(rule)
    self.schedule = schedule
    self.learningRate = learningRate
  }

  /// Learning rate β of the meta-update.
  public var learningRate: Double {
    get { optimizer["learningRate"] }
    set { optimizer["learningRate"] = newValue }
  }

  /// The learning-rate factor of a learned tensor.
  func rateFactor(of name: String) -> Double {
    rates.filter { Self.fits($0.key, name) }.max { $0.key.count < $1.key.count }?.value ?? 1
  }

  /// ``rates`` as text, such as "initial:0"; malformed text is kept for ``validate()`` to reject.
  private var rateTexts: [String] {
    get { rates.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" } + unreadableRates }
    set {
      rates = [:]
      unreadableRates = []
      for text in newValue {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, !parts[0].isEmpty, let factor = Double(parts[1]), factor.isFinite, factor >= 0, rates[String(parts[0])] == nil
        {
          rates[String(parts[0])] = factor
        } else {
          unreadableRates.append(text)
        }
      }
    }
  }
  private var unreadableRates: [String] = []

  /// Checks everything that the ranges of the settings do not cover.
  ///
  /// - Throws: `HyperparameterError` for factors that are not of the form NAME:FACTOR with a factor of at least 0.
  func validate() throws(HyperparameterError) {
    if let text = unreadableRates.first {
      throw .malformed(
        key: "outer.rates", found: text, expected: "NAME:FACTOR, each name once, with a factor of at least 0; initial:0 for example")
    }
    try optimizer.validate("outer")
  }

  /// Checks that every factor matches a learned tensor.
  ///
  /// - Throws: `HyperparameterError` that lists the valid names.
  func validate(names: [String]) throws(HyperparameterError) {
    for key in rates.keys.sorted() where !names.contains(where: { Self.fits(key, $0) }) {
      let roles = Set(names.map { $0.split(separator: ".").first.map(String.init) ?? $0 }).sorted()
      throw .malformed(
        key: "outer.rates", found: key,
        expected: "names of what is learned, which begin with \(roles.joined(separator: ", ")); \(names.first ?? "nothing") for example")
    }
  }

  /// True if a key equals a name, or a prefix of it up to a dot.
  private static func fits(_ key: String, _ name: String) -> Bool { name == key || name.hasPrefix("\(key).") }
}
