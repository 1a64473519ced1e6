// Tables from the papers of the algorithms in this package. Every number was copied from the paper itself.

extension PublishedResult {
  /// An Omniglot table, with the normalisation mode of its results.
  enum OmniglotTable {
    case finn, nichol, nicholBoth

    fileprivate var source: String {
      switch self {
      case .finn: "Finn et al., ICML 2017, Table 1, https://arxiv.org/abs/1703.03400"
      case .nichol, .nicholBoth: "Nichol et al., 2018, Table 2, https://arxiv.org/abs/1803.02999"
      }
    }
    fileprivate var mode: String { self == .nicholBoth ? "support-plus-one / transductive" : "transductive" }
  }

  /// A 5-way row of an Omniglot table.
  static func omniglot(shots: Int, _ result: String, _ table: OmniglotTable) -> PublishedResult {
    PublishedResult(
      task: "omniglot", conditions: ["task.ways": "5", "task.shots": "\(shots)"],
      setting: "5-way \(shots)-shot, another split; accuracy in %, \(table.mode)", result: result, source: table.source)
  }

  /// A row of the MAML paper's sinusoid table.
  static func sinusoid(_ result: String) -> PublishedResult {
    PublishedResult(
      task: "sinusoid", setting: "trained with 10 points and 1 step, tested with 5 points; MSE after 1 / 5 / 10 steps", result: result,
      source: "Finn et al., ICML 2017, Table 2, https://arxiv.org/abs/1703.03400")
  }
}
