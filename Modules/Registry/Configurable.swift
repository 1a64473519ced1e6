/// A registered type whose values are made with default settings and then set: an objective, a way of differentiation.
public protocol Configurable: Sendable {
  /// Stable name for commands and records.
  static var id: String { get }
  /// The settings.
  static var hyperparameters: HyperparameterTable<Self> { get }
  /// The value with its default settings.
  init()
}

/// The choice of a registered type together with its settings, as a part of something that has settings of its own.
///
/// The command line sees the choice under a key, "objective" for example, and the settings of every registered type behind the
/// key and a dot: "objective.margin". Settings may be made before or after the choice; those that the chosen type does not
/// declare have no effect.
public struct Selection: Sendable, Hashable {
  /// The id of the chosen type.
  public var id: String
  private var made: [String: HyperparameterValue] = [:]

  /// A type with its default settings.
  public init(_ type: any Configurable.Type) { id = type.id }

  /// Makes a setting of the chosen type.
  ///
  /// - Throws: ``HyperparameterError`` for a key that the type does not declare, or a value out of its range.
  public mutating func set(_ key: String, to text: String, of type: any Configurable.Type) throws(HyperparameterError) {
    made[key] = try Self.parsed(type, key, text)
  }

  /// The value of a type with the settings that were made.
  ///
  /// - Throws: ``HyperparameterError`` for a setting that is out of the type's range.
  public func value<C: Configurable>(of type: C.Type) throws(HyperparameterError) -> C {
    var value = C()
    let known = Set(C.hyperparameters.keys)
    for (key, setting) in made.sorted(by: { $0.key < $1.key }) where known.contains(key) {
      try C.hyperparameters.set(key, to: setting.description, in: &value)
    }
    return value
  }

  /// The settings: the choice under the key, then those of every type behind the key and a dot.
  ///
  /// Where types share a key, help shows the first one's meaning, with all their values as its range; the default is the chosen type's, which
  /// also checks its own range when its value is made.
  public static func hyperparameters(
    _ key: String, among types: [any Configurable.Type], _ meaning: String
  ) -> HyperparameterTable<Selection> {
    var keys: [String] = []
    let declared = types.map { (id: $0.id, settings: descriptions(of: $0)) }
    for own in declared.flatMap({ $0.settings.map(\.key) }) where !keys.contains(own) { keys.append(own) }
    return HyperparameterTable(
      [.openChoice(key, \.id, among: types.map { $0.id }, meaning)]
        + keys.map { own in
          setting(own, behind: key, declared.compactMap { type in type.settings.first { $0.key == own }.map { (type.id, $0) } })
        })
  }

  private static func setting(
    _ key: String, behind prefix: String, _ owners: [(id: String, setting: HyperparameterDescription)]
  ) -> Hyperparameter<Selection> {
    let domain = owners.dropFirst().reduce(owners[0].setting.domain) { $0.union($1.setting.domain) }
    return Hyperparameter<Selection>("\(prefix).\(key)", in: domain, owners[0].setting.meaning) { selection in
      selection.made[key] ?? (owners.first { $0.id == selection.id } ?? owners[0]).setting.defaultValue
    } write: { selection, value in
      selection.made[key] = value
    }
  }

  private static func descriptions<C: Configurable>(of _: C.Type) -> [HyperparameterDescription] {
    C.hyperparameters.descriptions(defaults: C())
  }

  private static func parsed<C: Configurable>(_: C.Type, _ key: String, _ text: String) throws(HyperparameterError) -> HyperparameterValue?
  {
    var value = C()
    try C.hyperparameters.set(key, to: text, in: &value)
    return C.hyperparameters.values(of: value).first { $0.key == key }?.value
  }
}
