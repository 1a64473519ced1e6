/// The value of a hyperparameter, as typed on a command line or stored in a run's record.
public enum HyperparameterValue: Sendable, Hashable, CustomStringConvertible {
  case integer(Int)
  case real(Double)
  case boolean(Bool)
  case text(String)

  /// The text that parses back to the same value.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .text(let value): value
    }
  }
}

/// The values that a hyperparameter may take.
public enum HyperparameterDomain: Sendable, Hashable, CustomStringConvertible {
  case integer(ClosedRange<Int>)
  /// An integer, or a range of integers such as 1...20.
  case count(ClosedRange<Int>)
  /// Finite numbers in a range.
  case real(ClosedRange<Double>)
  case boolean
  case choice([String])
  /// Any text, such as a path.
  case text
  /// Values of one domain, separated by commas; an empty text is an empty list.
  indirect case list(HyperparameterDomain)

  /// The name of the type: "integer", "count", "real", "boolean", "choice", "text" or "list".
  public var typeName: String {
    switch self {
    case .integer: "integer"
    case .count: "count"
    case .real: "real"
    case .boolean: "boolean"
    case .choice: "choice"
    case .text: "text"
    case .list: "list"
    }
  }

  /// The expected values in words, such as "an integer from 1 to 10".
  public var description: String {
    switch self {
    case .integer(let range):
      range.upperBound == .max
        ? "an integer of at least \(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .count(let range): "\(HyperparameterDomain.integer(range)), or a range such as 1...20"
    case .real(let range):
      range.upperBound == .infinity
        ? "a number of at least \(range.lowerBound)" : "a number from \(range.lowerBound) to \(range.upperBound)"
    case .boolean: "true or false"
    case .choice(let names): "one of \(names.joined(separator: ", "))"
    case .text: "a text"
    case .list(let element): "a list separated by commas, each \(element)"
    }
  }

  /// The name that is nearest to an invalid one, or to the first invalid one of a list; nil if none is near.
  func suggestion(for found: String) -> String? {
    switch self {
    case .choice(let names): nearestName(to: found, among: names)
    case .list(let element):
      found.split(separator: ",").map(String.init).first { element.parse($0) == nil }.flatMap { element.suggestion(for: $0) }
    default: nil
    }
  }

  /// The union of both domains if they have the same type, else this domain.
  func union(_ other: HyperparameterDomain) -> HyperparameterDomain {
    switch (self, other) {
    case (.integer(let own), .integer(let more)):
      .integer(min(own.lowerBound, more.lowerBound)...max(own.upperBound, more.upperBound))
    case (.real(let own), .real(let more)): .real(min(own.lowerBound, more.lowerBound)...max(own.upperBound, more.upperBound))
    case (.choice(let own), .choice(let more)): .choice(own + more.filter { !own.contains($0) })
    default: self
    }
  }

  /// Parses a value of this domain.
  ///
  /// - Returns: nil if the text does not have the type or is out of range.
  public func parse(_ text: String) -> HyperparameterValue? {
    switch self {
    case .integer(let range): Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .count(let range): Self.count(text, in: range)
    case .real(let range): Double(text).flatMap { $0.isFinite && range.contains($0) ? .real($0) : nil }
    case .boolean: Bool(text).map { .boolean($0) }
    case .choice(let names): names.contains(text) ? .text(text) : nil
    case .text: .text(text)
    case .list(let element):
      text.isEmpty || text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { element.parse(String($0)) != nil }
        ? .text(text) : nil
    }
  }
}

extension HyperparameterDomain {
  /// Reads "5" or "1...20"; a range of one number is the number.
  private static func count(_ text: String, in range: ClosedRange<Int>) -> HyperparameterValue? {
    guard let bounds = bounds(text), range.contains(bounds.lowerBound), range.contains(bounds.upperBound) else { return nil }
    return bounds.count == 1 ? .integer(bounds.lowerBound) : .text("\(bounds.lowerBound)...\(bounds.upperBound)")
  }

  /// The bounds that "5" or "1...20" names.
  static func bounds(_ text: String) -> ClosedRange<Int>? {
    if let number = Int(text) { return number...number }
    guard let dots = text.firstRange(of: "...") else { return nil }
    guard let low = Int(text[..<dots.lowerBound]), let high = Int(text[dots.upperBound...]), low <= high else { return nil }
    return low...high
  }
}

/// One declared setting of a type, used for parsing, validation, help and the run's record.
public struct Hyperparameter<Root>: Sendable {
  /// Dotted name, such as "inner.learningRate".
  public let key: String
  /// One sentence on what the setting does, with its unit.
  public let meaning: String
  /// The values that the setting may take.
  public let domain: HyperparameterDomain
  let read: @Sendable (Root) -> HyperparameterValue
  let write: @Sendable (inout Root, HyperparameterValue) -> Void

  /// A setting with custom read and write functions.
  ///
  /// - Parameters:
  ///   - key: Dotted name.
  ///   - domain: The values that the setting may take; `write` receives no others.
  ///   - meaning: One sentence on what the setting does, with its unit.
  ///   - read: Returns the current value.
  ///   - write: Sets the value.
  public init(
    _ key: String, in domain: HyperparameterDomain, _ meaning: String, read: @escaping @Sendable (Root) -> HyperparameterValue,
    write: @escaping @Sendable (inout Root, HyperparameterValue) -> Void
  ) {
    self.key = key
    self.meaning = meaning
    self.domain = domain
    self.read = read
    self.write = write
  }

  /// An integer in a range.
  public static func integer(
    _ key: String, _ path: any WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>, _ meaning: String
  ) -> Self {
    Self(key, in: .integer(range), meaning) {
      .integer($0[keyPath: path])
    } write: {
      if case .integer(let value) = $1 { $0[keyPath: path] = value }
    }
  }

  /// A number of samples that is fixed, or drawn for each task from a range such as 1...20.
  ///
  /// - Parameters:
  ///   - key: Dotted name.
  ///   - most: The fixed number, or the largest.
  ///   - least: The smallest number; nil if the number is fixed.
  ///   - range: The numbers that are allowed.
  ///   - meaning: One sentence on what the setting does.
  /// - Returns: The setting; its text is a number or "1...20".
  public static func count(
    _ key: String, _ most: any WritableKeyPath<Root, Int> & Sendable, least: any WritableKeyPath<Root, Int?> & Sendable,
    in range: ClosedRange<Int>, _ meaning: String
  ) -> Self {
    Self(key, in: .count(range), meaning) {
      let high = $0[keyPath: most]
      return $0[keyPath: least].map { .text("\($0)...\(high)") } ?? .integer(high)
    } write: {
      switch $1 {
      case .integer(let value): ($0[keyPath: most], $0[keyPath: least]) = (value, nil)
      case .text(let text):
        guard let bounds = HyperparameterDomain.bounds(text) else { return }
        ($0[keyPath: most], $0[keyPath: least]) = (bounds.upperBound, bounds.lowerBound)
      default: break
      }
    }
  }

  /// A finite number in a range.
  public static func real(
    _ key: String, _ path: any WritableKeyPath<Root, Double> & Sendable, in range: ClosedRange<Double>, _ meaning: String
  ) -> Self {
    Self(key, in: .real(range), meaning) {
      .real($0[keyPath: path])
    } write: {
      if case .real(let value) = $1 { $0[keyPath: path] = value }
    }
  }

  /// A setting that is true or false.
  public static func boolean(_ key: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, _ meaning: String) -> Self {
    Self(key, in: .boolean, meaning) {
      .boolean($0[keyPath: path])
    } write: {
      if case .boolean(let value) = $1 { $0[keyPath: path] = value }
    }
  }

  /// One of an enumeration's cases, named by its raw value.
  public static func choice<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
    _ key: String, _ path: any WritableKeyPath<Root, Choice> & Sendable, _ meaning: String
  ) -> Self {
    Self(key, in: .choice(Choice.allCases.map(\.rawValue)), meaning) {
      .text($0[keyPath: path].rawValue)
    } write: {
      if case .text(let name) = $1, let value = Choice(rawValue: name) { $0[keyPath: path] = value }
    }
  }

  /// Free text, such as a path.
  public static func text(_ key: String, _ path: any WritableKeyPath<Root, String> & Sendable, _ meaning: String) -> Self {
    Self(key, in: .text, meaning) {
      .text($0[keyPath: path])
    } write: {
      if case .text(let value) = $1 { $0[keyPath: path] = value }
    }
  }

  /// One of the given names, such as the ids of a registry.
  public static func openChoice(
    _ key: String, _ path: any WritableKeyPath<Root, String> & Sendable, among choices: [String], _ meaning: String
  ) -> Self {
    Self(key, in: .choice(choices), meaning) {
      .text($0[keyPath: path])
    } write: {
      if case .text(let name) = $1 { $0[keyPath: path] = name }
    }
  }

  /// Values of one domain, separated by commas.
  public static func list(
    _ key: String, _ path: any WritableKeyPath<Root, [String]> & Sendable, of element: HyperparameterDomain, _ meaning: String
  ) -> Self {
    Self(key, in: .list(element), meaning) {
      .text($0[keyPath: path].joined(separator: ","))
    } write: {
      if case .text(let text) = $1 { $0[keyPath: path] = text.isEmpty ? [] : text.split(separator: ",").map(String.init) }
    }
  }

  /// The same setting of a value that contains the root; a prefix, if given, goes before the key with a dot.
  func lifted<Outer>(_ prefix: String?, _ path: any WritableKeyPath<Outer, Root> & Sendable) -> Hyperparameter<Outer> {
    Hyperparameter<Outer>(prefix.map { "\($0).\(key)" } ?? key, in: domain, meaning) { [read] in
      read($0[keyPath: path])
    } write: { [write] in
      write(&$0[keyPath: path], $1)
    }
  }
}
