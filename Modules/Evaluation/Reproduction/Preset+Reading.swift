import Algorithms
import Models
public import Registry
import Tasks
import TensorCore

extension Preset {
  /// Finds a preset of this package by its name.
  ///
  /// - Throws: `LookupError` for an unknown name, ``ConfigurationError``.
  public static func named(_ name: String) throws -> Preset {
    try Preset(decoding: Array(text(of: name).utf8), name: "the preset \(name)")
  }

  /// The JSON of a preset of this package.
  ///
  /// - Throws: `LookupError` for an unknown name.
  public static func text(of name: String) throws(LookupError) -> String {
    guard let text = texts.first(where: { $0.name == name })?.text else {
      throw LookupError(kind: "preset", name: name, known: texts.map(\.name))
    }
    return text
  }

  /// The JSON of a preset of this package, or of a file: a name with a slash or the ending ".json" is a path.
  ///
  /// - Throws: `LookupError` for an unknown name, ``ConfigurationError/file(_:)``.
  public static func bytes(of nameOrPath: String) throws -> [UInt8] {
    guard nameOrPath.hasSuffix(".json") || nameOrPath.contains("/") else { return Array(try text(of: nameOrPath).utf8) }
    do { return try AtomicFile.read(nameOrPath) } catch { throw ConfigurationError.file(error) }
  }

  /// The presets of this package; a literal for each, so that the program is one file.
  static let texts: [(name: String, text: String)] = [
    ("maml-table2", mamlTable2), ("meta-sgd-table1", metaSGDTable1), ("omniglot-5way", omniglot5Way), ("omniglot-20way", omniglot20Way),
    ("omniglot-fc", omniglotFC),
  ]

  /// The names of the presets of this package.
  public static var names: [String] { texts.map(\.name) }

  /// Reads a preset.
  ///
  /// - Parameters:
  ///   - bytes: JSON, as `tools reproduce NAME --print` shows it.
  ///   - path: What messages call the file.
  /// - Throws: ``ConfigurationError``
  public init(decoding bytes: [UInt8], name path: String) throws(ConfigurationError) {
    let members: [JSONMember]
    do {
      members = try JSONReader.members(of: bytes)
    } catch {
      throw .json(path: path, line: JSONReader.line(at: error.offset, of: bytes), error)
    }
    let reader = PresetReader(MemberReader(path: path, bytes: bytes, members: members), line: 1)
    try reader.check(["name", "title", "source", "notes", "seeds", "runs"])
    name = try reader.name("name")
    title = try reader.text("title")
    source = try reader.text("source")
    notes = try reader.texts("notes")
    seeds = try reader.count("seeds", in: 1...10_000)
    runs = try reader.objects("runs").map { (run) throws(ConfigurationError) in try Run(run) }
    try reader.checkNames(runs.map(\.name), "runs")
  }
}

extension Preset.Run {
  fileprivate init(_ run: PresetReader) throws(ConfigurationError) {
    try run.check(["name", "algorithm", "task", "model", "iterations", "quickIterations", "settings", "reaches", "tests"])
    name = try run.name("name")
    algorithm = try run.text("algorithm")
    task = try run.text("task")
    model = try run.optionalText("model")
    iterations = try run.count("iterations", in: 1...(.max))
    quickIterations = try run.optionalCount("quickIterations", in: 1...(.max))
    let domains = try run.domains(algorithm: algorithm, task: task, model: model)
    settings = try run.settings("settings", of: domains)
    reaches = try run.numbers("reaches")
    tests = try run.objects("tests").map { (test) throws(ConfigurationError) in
      try test.check(["name", "settings", "cells"])
      return Preset.Test(
        name: try test.name("name"), settings: try test.settings("settings", of: domains),
        cells: try test.objects("cells").map { (cell) throws(ConfigurationError) in try Preset.Cell(cell) })
    }
    try run.checkNames(tests.map(\.name), "tests")
  }
}

extension Preset.Cell {
  fileprivate init(_ cell: PresetReader) throws(ConfigurationError) {
    try cell.check(["statistic", "step", "mode", "published", "halfWidth", "unverified", "target"])
    let name = try cell.text("statistic")
    guard let statistic = Statistic(rawValue: name) else { throw cell.wrong("statistic", "mean or median") }
    self.init(
      statistic: statistic, step: try cell.count("step", in: 0...1_000_000), mode: try cell.optionalText("mode"),
      published: try cell.optionalNumber("published"), halfWidth: try cell.optionalNumber("halfWidth"),
      isUnverified: try cell.optionalFlag("unverified"), target: try cell.optionalNumber("target"))
  }
}

/// Reads an object of a preset.
private struct PresetReader {
  private let members: MemberReader
  /// The line on which the object begins.
  private let line: Int

  init(_ members: MemberReader, line: Int) {
    self.members = members
    self.line = line
  }

  /// Refuses keys that the object does not have.
  func check(_ keys: [String]) throws(ConfigurationError) {
    for member in members.members where !keys.contains(member.key) {
      throw .unknown(path: members.path, line: members.line(member), LookupError(kind: "key", name: member.key, known: keys))
    }
  }

  func wrong(_ key: String, _ expected: String) -> ConfigurationError {
    .value(path: members.path, line: members.member(key).map(members.line) ?? line, key: key, expected: expected)
  }

  private func required(_ key: String) throws(ConfigurationError) -> JSONMember {
    guard let member = members.member(key) else { throw .incompletePreset(path: members.path, line: line, key: key) }
    return member
  }

  func text(_ key: String) throws(ConfigurationError) -> String {
    _ = try required(key)
    return try members.text(key)
  }

  func optionalText(_ key: String) throws(ConfigurationError) -> String? { try members.optionalText(key) }

  /// A text that can be the name of a folder.
  func name(_ key: String) throws(ConfigurationError) -> String {
    let text = try text(key)
    let isName =
      !text.isEmpty && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8.contains($0) }
    guard isName else { throw wrong(key, "letters, digits and hyphens, because it is the name of a folder") }
    return text
  }

  func texts(_ key: String) throws(ConfigurationError) -> [String] {
    guard let member = members.member(key) else { return [] }
    guard case .array(let elements) = member.value else { throw wrong(key, "a list of texts") }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw wrong(key, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  func numbers(_ key: String) throws(ConfigurationError) -> [Double] {
    guard let member = members.member(key) else { return [] }
    guard case .array(let elements) = member.value else { throw wrong(key, "a list of numbers") }
    let numbers = elements.compactMap { $0.text.flatMap(Double.init) }.filter(\.isFinite)
    guard numbers.count == elements.count else { throw wrong(key, "a list of numbers") }
    return numbers
  }

  func count(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    _ = try required(key)
    guard let count = try optionalCount(key, in: range) else { throw wrong(key, "an integer") }
    return count
  }

  func optionalCount(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    let expected =
      range.upperBound == .max ? "an integer of at least \(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return try members.number(key, expected: expected) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
  }

  func optionalNumber(_ key: String) throws(ConfigurationError) -> Double? {
    try members.number(key, expected: "a number") { text in Double(text).flatMap { $0.isFinite ? $0 : nil } }
  }

  func optionalFlag(_ key: String) throws(ConfigurationError) -> Bool {
    try members.number(key, expected: "true or false", Bool.init) ?? false
  }

  /// Refuses two parts of one name, whose folders would be the same.
  func checkNames(_ names: [String], _ key: String) throws(ConfigurationError) {
    guard Set(names).count == names.count else { throw wrong(key, "names that differ") }
  }

  /// The domains of all settings by their keys; nil for an algorithm that is not registered.
  func domains(algorithm: String, task: String, model: String?) throws(ConfigurationError) -> [String: HyperparameterDomain]? {
    do {
      _ = try TaskRegistry.type(of: task)
      if let model { _ = try ModelRegistry.type(of: model) }
    } catch {
      let key = error.kind == "model" ? "model" : "task"
      throw .unknown(path: members.path, line: members.member(key).map(members.line) ?? line, error)
    }
    guard let help = try? Experiment.settingsHelp(algorithm: algorithm, task: task, model: model) else { return nil }
    return Dictionary(help.map { ($0.key, $0.domain) }) { first, _ in first }
  }

  func settings(_ key: String, of domains: [String: HyperparameterDomain]?) throws(ConfigurationError) -> [Preset.Setting] {
    var settings: [Preset.Setting] = []
    for member in try members.object(key) {
      let line = members.line(member)
      guard let text = member.value.text else {
        throw .value(path: members.path, line: line, key: member.key, expected: "a text, a number, true or false")
      }
      if let domains {
        guard let domain = domains[member.key] else {
          throw .unknown(path: members.path, line: line, LookupError(kind: "setting", name: member.key, known: Array(domains.keys)))
        }
        guard domain.parse(text) != nil else {
          throw .setting(path: members.path, line: line, .invalid(key: member.key, found: text, expected: domain))
        }
      }
      settings.append(.init(key: member.key, value: text))
    }
    return settings
  }

  /// A list of objects with at least one.
  func objects(_ key: String) throws(ConfigurationError) -> [PresetReader] {
    let member = try required(key)
    guard case .array(let elements) = member.value, !elements.isEmpty else { throw wrong(key, "a list of at least one object") }
    var readers: [PresetReader] = []
    for element in elements {
      guard case .object(let inner) = element else { throw wrong(key, "a list of at least one object") }
      let reader = MemberReader(path: members.path, bytes: members.bytes, members: inner)
      readers.append(PresetReader(reader, line: inner.first.map(reader.line) ?? members.line(member)))
    }
    return readers
  }
}
