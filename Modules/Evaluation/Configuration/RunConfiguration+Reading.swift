import Algorithms
import Models
import Registry
import Tasks
import TensorCore

extension RunConfiguration {
  /// The path of the file that a user names: a file, or the folder of a run.
  public static func file(at path: String) -> String { isFolder(path) ? "\(path)/\(fileName)" : path }

  /// Reads config.json, or another file of the format; every setting is checked.
  ///
  /// - Parameter path: The file, or the folder of a run.
  /// - Throws: ``ConfigurationError``
  public init(contentsOf path: String) throws(ConfigurationError) {
    let path = Self.file(at: path)
    let bytes: [UInt8]
    do {
      bytes = try AtomicFile.read(path)
    } catch {
      throw .file(error)
    }
    try self.init(decoding: bytes, name: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The content of the file.
  ///   - name: What messages call the file.
  /// - Throws: ``ConfigurationError``
  public init(decoding bytes: [UInt8], name: String) throws(ConfigurationError) {
    let members: [JSONMember]
    do {
      members = try JSONReader.members(of: bytes)
    } catch {
      throw .json(path: name, line: JSONReader.line(at: error.offset, of: bytes), error)
    }
    let reader = MemberReader(path: name, bytes: bytes, members: members)
    // Another version may have other keys.
    let version = try reader.required("formatVersion")
    guard version.value.text == "\(Self.formatVersion)" else {
      throw .version(path: name, line: reader.line(version), expected: Self.formatVersion, found: version.value.text ?? "no number")
    }
    let keys = [
      "formatVersion", "version", "algorithm", "task", "model", "seed", "iterations", "data", "dataDigest", "init", "initDigest",
      "settings",
    ]
    for member in members where !keys.contains(member.key) {
      throw .unknown(path: name, line: reader.line(member), LookupError(kind: "key", name: member.key, known: keys))
    }
    self.init(algorithm: try reader.text("algorithm"), task: try reader.text("task"))
    model = try reader.optionalText("model")
    if let text = try reader.number("seed", expected: "an integer from 0 to \(UInt64.max)", UInt64.init) { seed = text }
    iterations = try reader.number("iterations", expected: "an integer of at least 1") { Int($0).flatMap { $0 < 1 ? nil : $0 } }
    data = try reader.optionalText("data")
    dataDigest = try reader.optionalText("dataDigest")
    initialisation = try reader.optionalText("init")
    initialisationDigest = try reader.optionalText("initDigest")
    settings = try Self.settings(reader, algorithm: algorithm, task: task, model: model)
  }

  /// The settings, checked against those of the algorithm, the task and the model.
  private static func settings(
    _ reader: MemberReader, algorithm: String, task: String, model: String?
  ) throws(ConfigurationError) -> [(key: String, value: HyperparameterValue)] {
    let known = try domains(reader, algorithm: algorithm, task: task, model: model)
    var settings: [(key: String, value: HyperparameterValue)] = []
    for member in try reader.object("settings") {
      guard let domain = known[member.key] else {
        let error = LookupError(kind: "setting", name: member.key, known: Array(known.keys))
        throw .unknown(path: reader.path, line: reader.line(member), error)
      }
      guard let text = member.value.text else {
        throw .value(path: reader.path, line: reader.line(member), key: member.key, expected: "a text, a number, true or false")
      }
      guard let value = domain.parse(text) else {
        throw .setting(path: reader.path, line: reader.line(member), .invalid(key: member.key, found: text, expected: domain))
      }
      settings.append((member.key, value))
    }
    return settings
  }

  /// The domains of all settings by their keys.
  private static func domains(
    _ reader: MemberReader, algorithm: String, task: String, model: String?
  ) throws(ConfigurationError) -> [String: HyperparameterDomain] {
    func found<Found>(_ key: String, _ look: () throws(LookupError) -> Found) throws(ConfigurationError) {
      do { _ = try look() } catch { throw .unknown(path: reader.path, line: reader.member(key).map(reader.line) ?? 1, error) }
    }
    try found("algorithm") { () throws(LookupError) in try AlgorithmRegistry.type(of: algorithm) }
    try found("task") { () throws(LookupError) in try TaskRegistry.type(of: task) }
    if let model { try found("model") { () throws(LookupError) in try ModelRegistry.type(of: model) } }
    let help = (try? Experiment.settingsHelp(algorithm: algorithm, task: task, model: model)) ?? []
    return Dictionary(help.map { ($0.key, $0.domain) }) { first, _ in first }
  }
}
