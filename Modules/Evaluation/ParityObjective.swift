import Algorithms
import Registry

/// The meta-loss of a reference case: `{"kind": "contrastive", "margin": 0.5}`.
///
/// `kind` is the id of a registered objective, a third party's too. The other keys are its settings.
struct ParityObjective: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  let kind: String
  /// Settings by key, as the command line would have them.
  private let settings: [(key: String, text: String)]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    kind = try container.decode(String.self, forKey: Key("kind"))
    settings = try container.allKeys.filter { $0.stringValue != "kind" }.sorted { $0.stringValue < $1.stringValue }.map { key in
      if let flag = try? container.decode(Bool.self, forKey: key) { return (key.stringValue, String(flag)) }
      if let number = try? container.decode(Double.self, forKey: key) { return (key.stringValue, "\(number)") }
      if let list = try? container.decode([Double].self, forKey: key) {
        return (key.stringValue, list.map { "\($0)" }.joined(separator: ","))
      }
      return (key.stringValue, try container.decode(String.self, forKey: key))
    }
  }

  /// Settings without which the references' definition of an objective is incomplete.
  private static let required = [MultiStep.card.id: "weights", Contrastive.card.id: "margin", Curvature.card.id: "lambda"]

  /// The objective with the case's settings.
  ///
  /// - Throws: A fault that names the key: an unknown objective or setting, a missing one, or one out of its range.
  func made(for inner: InnerLoop) throws(ParityError.Fault) -> any MetaObjective {
    let type: any MetaObjective.Type
    do {
      type = try ObjectiveRegistry.type(of: kind)
    } catch {
      throw .unknownName(key: "objective.kind", found: kind, known: error.known)
    }
    if let key = Self.required[kind], !settings.contains(where: { $0.key == key }) { throw .missingKey("objective.\(key)") }
    let objective = try filled(type)
    do { try objective.validate(inner) } catch { throw .objective(error) }
    return objective
  }

  private func filled<O: MetaObjective>(_: O.Type) throws(ParityError.Fault) -> any MetaObjective {
    var objective = O()
    // A reference is the contrastive term alone; training mixes it with the query loss.
    if var contrastive = objective as? Contrastive {
      contrastive.weight = 1
      if let own = contrastive as? O { objective = own }
    }
    for (key, text) in settings {
      guard O.hyperparameters.keys.contains(key) else {
        throw .unknownName(key: "objective", found: key, known: ["kind"] + O.hyperparameters.keys)
      }
      do { try O.hyperparameters.set(key, to: text, in: &objective) } catch { throw .objective(error) }
    }
    return objective
  }
}
