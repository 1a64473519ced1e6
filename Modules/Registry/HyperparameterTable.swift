/// The declared settings of a type, in the order that help shows.
public struct HyperparameterTable<Root>: Sendable {
  /// The declarations; keys are unique.
  public let entries: [Hyperparameter<Root>]

  /// - Precondition: No two entries share a key.
  public init(_ entries: [Hyperparameter<Root>]) {
    require(Set(entries.map(\.key)).count == entries.count, "two hyperparameters of \(Root.self) share a key")
    self.entries = entries
  }

  /// All keys, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The settings of a stored part of the root, with the prefix and a dot before their keys.
  public static func nested<Part>(
    _ prefix: String, _ path: any WritableKeyPath<Root, Part> & Sendable, _ table: HyperparameterTable<Part>
  ) -> Self {
    Self(table.entries.map { $0.lifted(prefix, path) })
  }

  /// The settings of a stored part of the root under their own keys.
  public static func flattened<Part>(
    _ path: any WritableKeyPath<Root, Part> & Sendable, _ table: HyperparameterTable<Part>
  ) -> Self {
    Self(table.entries.map { $0.lifted(nil, path) })
  }

  /// The settings of both tables, with the first table's settings first.
  public static func + (first: Self, second: Self) -> Self { Self(first.entries + second.entries) }

  /// The table without the settings of the given keys, whose values a type fixes.
  public func without(_ keys: String...) -> Self { Self(entries.filter { !keys.contains($0.key) }) }

  /// Parses a value and sets it in the root.
  ///
  /// - Throws: ``HyperparameterError`` for an unknown key, a value of the wrong type or one out of range.
  public func set(_ key: String, to text: String, in root: inout Root) throws(HyperparameterError) {
    guard let entry = entries.first(where: { $0.key == key }) else {
      throw .unknown(LookupError(kind: "hyperparameter", name: key, known: keys))
    }
    guard let value = entry.domain.parse(text) else {
      throw .invalid(key: key, found: text, expected: entry.domain)
    }
    entry.write(&root, value)
  }

  /// The root's current values, in the table's order.
  public func values(of root: Root) -> [(key: String, value: HyperparameterValue)] {
    entries.map { ($0.key, $0.read(root)) }
  }

  /// The declarations without the root's type, with the root's current values as defaults.
  public func descriptions(defaults root: Root) -> [HyperparameterDescription] {
    entries.map {
      HyperparameterDescription(key: $0.key, domain: $0.domain, defaultValue: $0.read(root), meaning: $0.meaning)
    }
  }
}

/// A declared setting, as shown by help and `--json`.
public struct HyperparameterDescription: Sendable, Hashable {
  /// Dotted name.
  public let key: String
  /// The values that the setting may take.
  public let domain: HyperparameterDomain
  /// The value if the setting is not set.
  public let defaultValue: HyperparameterValue
  /// One sentence on what the setting does, with its unit.
  public let meaning: String

  /// A description, independent of the type that declares the setting.
  public init(key: String, domain: HyperparameterDomain, defaultValue: HyperparameterValue, meaning: String) {
    self.key = key
    self.domain = domain
    self.defaultValue = defaultValue
    self.meaning = meaning
  }
}

/// An unknown setting, or an invalid value.
public enum HyperparameterError: Error, Hashable, CustomStringConvertible {
  case unknown(LookupError)
  case invalid(key: String, found: String, expected: HyperparameterDomain)
  /// A text that does not have the form that the key requires.
  case malformed(key: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .unknown(let error): error.description
    case .invalid(let key, let found, let expected):
      "\(legible(key)) is '\(legible(found))', expected \(expected).\(expected.suggestion(for: found).map { " Did you mean '\($0)'?" } ?? "")"
    case .malformed(let key, let found, let expected): "\(legible(key)) is '\(legible(found))', expected \(expected)."
    }
  }
}
