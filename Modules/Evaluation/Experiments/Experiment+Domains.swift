public import Registry
import Tasks

extension Experiment {
  /// The names of the domains of meta-training and of meta-test, separated by commas; nil if the tasks have no domains.
  public var domains: (train: String, test: String)? {
    let settings = Dictionary(taskSettings.map { ($0.key, $0.value.description) }) { first, _ in first }
    guard let train = settings["task.domains.train"], let test = settings["task.domains.test"] else { return nil }
    return (train, test)
  }

  /// The same experiment with other domains of meta-test, on the same prepared tasks.
  ///
  /// - Parameter domains: Names of domains, separated by commas.
  /// - Returns: An experiment to test a state of this one.
  /// - Throws: `HyperparameterError` for a domain that does not exist, or if the tasks have no domains.
  public func tested(inDomains domains: String) throws(HyperparameterError) -> Experiment {
    var other = self
    other.tasks = try Self.changed(tasks, domains)
    return other
  }

  private static func changed<D: TaskDistribution>(_ tasks: D, _ domains: String) throws(HyperparameterError) -> any TaskDistribution {
    var tasks = tasks
    try D.hyperparameters.set("domains.test", to: domains, in: &tasks)
    return tasks
  }
}
