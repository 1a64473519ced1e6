/// The declared settings of a type, in the order in which help shows them.
public struct HyperparameterTable<Root>: Sendable {
  /// The declarations; keys are unique.
  public let entries: [Hyperparameter<Root>]

  /// - Precondition: No two entries share a key.
  public init(_ entries: [Hyperparameter<Root>]) {
    precondition(Set(entries.map(\.key)).count == entries.count, "two hyperparameters of \(Root.self) share a key")
    self.entries = entries
  }

  /// All keys, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The settings of a stored part of the root: its keys gain the prefix and a dot.
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

  /// Both tables' settings, the first one's before.
  public static func + (first: Self, second: Self) -> Self { Self(first.entries + second.entries) }

  /// The table without the settings of the given keys, which a type fixes.
  public func without(_ keys: String...) -> Self { Self(entries.filter { !keys.contains($0.key) }) }

  /// Sets one value from its text.
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

  /// The root's present values, in the table's order.
  public func values(of root: Root) -> [(key: String, value: HyperparameterValue)] {
    entries.map { ($0.key, $0.read(root)) }
  }

  /// The declarations with the root's present values as defaults, free of the root's type.
  public func descriptions(defaults root: Root) -> [HyperparameterDescription] {
    entries.map {
      HyperparameterDescription(key: $0.key, domain: $0.domain, defaultValue: $0.read(root), meaning: $0.meaning)
    }
  }
}

/// A declared setting as help and `--json` show it.
public struct HyperparameterDescription: Sendable, Hashable {
  /// Dotted name.
  public let key: String
  /// The values it may take.
  public let domain: HyperparameterDomain
  /// The value it has unless set.
  public let defaultValue: HyperparameterValue
  /// What it does.
  public let meaning: String

  /// Fills in a description.
  public init(key: String, domain: HyperparameterDomain, defaultValue: HyperparameterValue, meaning: String) {
    self.key = key
    self.domain = domain
    self.defaultValue = defaultValue
    self.meaning = meaning
  }
}

/// A setting that cannot be made.
public enum HyperparameterError: Error, Hashable, CustomStringConvertible {
  case unknown(LookupError)
  case invalid(key: String, found: String, expected: HyperparameterDomain)
  /// A text that is not of the form that the key takes.
  case malformed(key: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .unknown(let error): error.description
    case .invalid(let key, let found, let expected): "\(key) is '\(found)', expected \(expected)."
    case .malformed(let key, let found, let expected): "\(key) is '\(found)', expected \(expected)."
    }
  }
}
