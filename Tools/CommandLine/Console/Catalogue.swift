import Algorithms
import Evaluation
import Models
import Registry
import Tasks

/// Something registered, as `list` and `help` show it.
struct CatalogueEntry: Sendable {
  /// What is registered.
  enum Kind: String, Sendable, CaseIterable {
    case algorithms, tasks, models
  }

  let kind: Kind
  let id: String
  let title: String
  /// Paper or provenance; a link at the end where there is one.
  let citation: String
  /// What sets this kind apart: the meta-gradient of an algorithm, whether a task needs data.
  let traits: [JSON.Member]
  /// The settings under the keys that `--set` takes.
  let settings: [HyperparameterDescription]

  /// Everything registered of a kind, sorted by id.
  static func all(_ kind: Kind) -> [CatalogueEntry] {
    switch kind {
    case .algorithms: AlgorithmRegistry.all.items.map { (_, type) in algorithm(type) }
    case .tasks: TaskRegistry.all.items.map { (_, type) in task(type) }
    case .models: ModelRegistry.all.items.map { (_, type) in model(type) }
    }
  }

  private static func algorithm<A: Algorithm>(_ type: A.Type) -> CatalogueEntry {
    let card = A.card
    return CatalogueEntry(
      kind: .algorithms, id: card.id, title: card.title, citation: card.citation,
      traits: [JSON.Member("metaGradient", .string(card.metaGradient.rawValue))], settings: A.hyperparameters.descriptions(defaults: A()))
  }

  private static func task<T: TaskDistribution>(_ type: T.Type) -> CatalogueEntry {
    let card = T.card
    return CatalogueEntry(
      kind: .tasks, id: card.id, title: card.title, citation: card.citation, traits: [JSON.Member("needsData", .boolean(card.needsData))],
      settings: T.hyperparameters.descriptions(defaults: T()).map { $0.prefixed("task") })
  }

  private static func model<M: Model>(_ type: M.Type) -> CatalogueEntry {
    let card = M.card
    return CatalogueEntry(
      kind: .models, id: card.id, title: card.title, citation: card.citation, traits: [],
      settings: M.hyperparameters.descriptions(defaults: M()).map { $0.prefixed("model") })
  }

  /// All facts, for programs.
  var json: JSON {
    .object(
      [JSON.Member("id", .string(id)), JSON.Member("title", .string(title)), JSON.Member("citation", .string(citation))] + traits
        + [JSON.Member("settings", .array(settings.map(\.json)))])
  }

  /// The citation as a Markdown link, plain where it holds no address.
  var markdownCitation: String {
    guard let space = citation.lastIndex(of: " "), citation[space...].hasPrefix(" http") else { return citation }
    var label = citation[..<space]
    if label.last == "," { label.removeLast() }
    return "[\(label)](\(citation[citation.index(after: space)...]))"
  }
}

extension HyperparameterDescription {
  /// The same setting behind a prefix and a dot.
  func prefixed(_ prefix: String) -> HyperparameterDescription {
    HyperparameterDescription(key: "\(prefix).\(key)", domain: domain, defaultValue: defaultValue, meaning: meaning)
  }

  /// All facts, for programs; a bound that does not bind is left out.
  var json: JSON {
    var members = [JSON.Member("key", .string(key)), JSON.Member("type", .string(domain.typeName))]
    switch domain {
    case .integer(let range):
      members.append(JSON.Member("minimum", .integer(range.lowerBound)))
      if range.upperBound != .max { members.append(JSON.Member("maximum", .integer(range.upperBound))) }
    case .real(let range):
      members.append(JSON.Member("minimum", .number(range.lowerBound)))
      if range.upperBound.isFinite { members.append(JSON.Member("maximum", .number(range.upperBound))) }
    case .choice(let names): members.append(JSON.Member("choices", .array(names.map { .string($0) })))
    case .boolean, .text: break
    }
    return .object(members + [JSON.Member("default", defaultValue.json), JSON.Member("meaning", .string(meaning))])
  }
}
