/// A registered type with settings, such as an objective: a value starts with defaults, then settings are applied.
public protocol Configurable: Sendable {
  /// Stable name for commands and records.
  static var id: String { get }
  /// The settings.
  static var hyperparameters: HyperparameterTable<Self> { get }
  /// The value with its default settings.
  init()
}

/// The choice of a registered type together with its settings, as one part of a larger set of settings.
///
/// The command line shows the choice under a key, such as "objective", and the settings of every registered type under the key and
/// a dot: "objective.margin". Settings can be applied before or after the choice. Settings that the chosen type does not declare have
/// no effect.
public struct Selection: Sendable, Hashable {
  /// The id of the chosen type.
  public var id: String
  private var made: [String: HyperparameterValue] = [:]

  /// Chooses a type, with its default settings.
  public init(_ type: any Configurable.Type) { id = type.id }

  /// Chooses the type of a value, with the value's settings.
  public init<C: Configurable>(_ value: C) {
    id = C.id
    made = Dictionary(uniqueKeysWithValues: C.hyperparameters.values(of: value).map { ($0.key, $0.value) })
  }

  /// Sets one value of the chosen type from its text.
  ///
  /// - Throws: ``HyperparameterError`` for a key that the type does not declare, or for an invalid value.
  public mutating func set(_ key: String, to text: String, of type: any Configurable.Type) throws(HyperparameterError) {
    made[key] = try Self.parsed(type, key, text)
  }

  /// A value of the type with the applied settings.
  ///
  /// - Throws: ``HyperparameterError`` for a setting out of the type's range.
  public func value<C: Configurable>(of type: C.Type) throws(HyperparameterError) -> C {
    var value = C()
    let known = Set(C.hyperparameters.keys)
    for (key, setting) in made.sorted(by: { $0.key < $1.key }) where known.contains(key) {
      try C.hyperparameters.set(key, to: setting.description, in: &value)
    }
    return value
  }

  /// The settings table: the choice under `key`, then the settings of every type under `key` and a dot.
  ///
  /// If types share a setting, help shows the first type's meaning and the union of their ranges, with the chosen type's default.
  /// ``value(of:)`` checks the chosen type's own range.
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
