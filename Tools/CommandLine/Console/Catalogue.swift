import Algorithms
import Evaluation
import Models
import Registry
import Tasks

/// A registered item, as `list` and `help` show it.
struct CatalogueEntry: Sendable {
  let id: String
  let title: String
  /// Paper or origin, with a link at the end if there is one.
  let citation: String
  /// An additional fact for listings, such as the meta-gradient of an algorithm; may be empty.
  var note = ""
  /// Further members of the JSON object.
  var traits: [JSON.Member] = []
  /// The settings under the keys of `--set`.
  var settings: [HyperparameterDescription] = []

  /// A kind of registered items; every kind is a row of ``Kind/all``.
  struct Kind: Sendable {
    /// The operand of `list`, in the plural: "algorithms".
    let name: String
    /// The singular: "algorithm".
    let singular: String
    /// The title of the column of notes in a Markdown table; nil for no such column.
    var noteTitle: String?
    /// Everything registered, sorted by id.
    let entries: @Sendable () -> [CatalogueEntry]
  }

  /// All facts, for programs.
  var json: JSON {
    .object(
      [JSON.Member("id", .string(id)), JSON.Member("title", .string(title)), JSON.Member("citation", .string(citation))] + traits
        + [JSON.Member("settings", .array(settings.map(\.json)))])
  }

  /// The citation as a Markdown link; plain if it contains no address.
  var markdownCitation: String {
    guard let space = citation.lastIndex(of: " "), citation[space...].hasPrefix(" http") else { return citation }
    var label = citation[..<space]
    if label.last == "," { label.removeLast() }
    return "[\(label)](\(citation[citation.index(after: space)...]))"
  }
}

extension CatalogueEntry.Kind {
  /// All kinds, in the order of listings: to add a kind, add its row here and its definition below.
  static let all = [algorithms, tasks, models, optimizers, objectives, gradients, losses]

  static let algorithms = Self(name: "algorithms", singular: "algorithm", noteTitle: "meta-gradient") {
    AlgorithmRegistry.all.items.map { (_, type) in entry(type) }
  }
  static let tasks = Self(name: "tasks", singular: "task") { TaskRegistry.all.items.map { (_, type) in entry(type) } }
  static let models = Self(name: "models", singular: "model") { ModelRegistry.all.items.map { (_, type) in entry(type) } }

  static let optimizers = Self(name: "optimizers", singular: "optimizer") {
    OptimizerRegistry.all.items.map { (_, type) in entry(type) }
  }
  static let objectives = Self(name: "objectives", singular: "objective") {
    ObjectiveRegistry.all.items.map { (_, type) in entry(type.card.title, type.card.citation, type, prefix: "objective") }
  }
  static let gradients = Self(name: "gradients", singular: "gradient", noteTitle: "meta-gradient") {
    DifferentiationRegistry.all.items.map { (_, type) in
      var entry = entry(type.card.title, type.card.citation, type, prefix: "gradient")
      entry.note = type.init().kind.rawValue
      return entry
    }
  }

  static let losses = Self(name: "losses", singular: "loss", noteTitle: "targets") {
    LossRegistry.all.items.map { (id, type) in
      CatalogueEntry(id: id, title: type.title, citation: type.citation, note: type.taskLoss.targets.rawValue)
    }
  }

  private static func entry<C: Configurable>(_ title: String, _ citation: String, _ type: C.Type, prefix: String) -> CatalogueEntry {
    CatalogueEntry(
      id: C.id, title: title, citation: citation, settings: C.hyperparameters.descriptions(defaults: C()).map { $0.prefixed(prefix) })
  }

  /// A rule's settings have the prefix "inner." in adaptation and "outer." in the meta-update.
  private static func entry(_ rule: any OptimizerRule.Type) -> CatalogueEntry {
    CatalogueEntry(
      id: rule.card.id, title: rule.card.title, citation: rule.card.citation,
      settings: rule.hyperparameters.map { hyperparameter in
        HyperparameterDescription(
          key: "inner.\(hyperparameter.name)", domain: .real(hyperparameter.range), defaultValue: .real(hyperparameter.defaultValue),
          meaning: hyperparameter.meaning)
      })
  }

  private static func entry<A: Algorithm>(_ type: A.Type) -> CatalogueEntry {
    let (card, gradient) = (A.card, A.card.metaGradient.rawValue)
    return CatalogueEntry(
      id: card.id, title: card.title, citation: card.citation, note: gradient,
      traits: [JSON.Member("metaGradient", .string(gradient))], settings: A.hyperparameters.descriptions(defaults: A()))
  }

  private static func entry<T: TaskDistribution>(_ type: T.Type) -> CatalogueEntry {
    let card = T.card
    return CatalogueEntry(
      id: card.id, title: card.title, citation: card.citation, note: card.needsData ? "needs data" : "",
      traits: [JSON.Member("needsData", .boolean(card.needsData))],
      settings: T.hyperparameters.descriptions(defaults: T()).map { $0.prefixed("task") })
  }

  private static func entry<M: Model>(_ type: M.Type) -> CatalogueEntry {
    let card = M.card
    return CatalogueEntry(
      id: card.id, title: card.title, citation: card.citation,
      settings: M.hyperparameters.descriptions(defaults: M()).map { $0.prefixed("model") })
  }
}

extension HyperparameterDescription {
  /// The same setting with a prefix and a dot before its key.
  func prefixed(_ prefix: String) -> HyperparameterDescription {
    HyperparameterDescription(key: "\(prefix).\(key)", domain: domain, defaultValue: defaultValue, meaning: meaning)
  }

  /// All facts, for programs; an infinite bound is left out.
  var json: JSON {
    var members = [JSON.Member("key", .string(key)), JSON.Member("type", .string(domain.typeName))]
    switch domain {
    case .integer(let range), .count(let range):
      members.append(JSON.Member("minimum", .integer(range.lowerBound)))
      if range.upperBound != .max { members.append(JSON.Member("maximum", .integer(range.upperBound))) }
    case .real(let range):
      members.append(JSON.Member("minimum", .number(range.lowerBound)))
      if range.upperBound.isFinite { members.append(JSON.Member("maximum", .number(range.upperBound))) }
    case .choice(let names): members.append(JSON.Member("choices", .array(names.map { .string($0) })))
    case .boolean, .text, .list: break
    }
    return .object(members + [JSON.Member("default", defaultValue.json), JSON.Member("meaning", .string(meaning))])
  }
}
