import TensorCore

/// Reads the members of a JSON object of a known form.
struct RecordReader {
  private let members: [String: JSONMember.Value]
  /// The path of the file, and the keys that lead to the object.
  private let path: String
  private let prefix: String

  /// Reads a file.
  init(file path: String) throws(RunRecordError) {
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(path) } catch { throw .file(error) }
    let members: [JSONMember]
    do { members = try JSONReader.members(of: bytes) } catch { throw .notJSON(path: path, error) }
    self.init(members, path, "")
  }

  private init(_ members: [JSONMember], _ path: String, _ prefix: String) {
    self.members = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    self.path = path
    self.prefix = prefix
  }

  /// Whether there is a member, be it null.
  func has(_ key: String) -> Bool { members[key] != nil }

  /// Whether a member is null or missing.
  func isNull(_ key: String) -> Bool { (members[key] ?? .null) == .null }

  /// The error of a member that is missing or of another kind.
  func fault(_ key: String) -> RunRecordError { .member(path: path, member: prefix + key) }

  func string(_ key: String) throws(RunRecordError) -> String {
    guard case .string(let text) = members[key] else { throw fault(key) }
    return text
  }

  /// A string; nil for null and for a missing member.
  func optionalString(_ key: String) throws(RunRecordError) -> String? {
    isNull(key) ? nil : try string(key)
  }

  /// An integer from 0 on.
  func count(_ key: String) throws(RunRecordError) -> Int {
    guard case .literal(let text) = members[key], let value = Int(text), value >= 0 else { throw fault(key) }
    return value
  }

  /// A seed, which is written as a string because JSON readers lose the digits of large numbers.
  func seed(_ key: String) throws(RunRecordError) -> UInt64 {
    guard let seed = UInt64(try string(key)) else { throw fault(key) }
    return seed
  }

  func number(_ key: String) throws(RunRecordError) -> Double {
    guard case .literal(let text) = members[key], let value = Double(text), value.isFinite else { throw fault(key) }
    return value
  }

  func boolean(_ key: String) throws(RunRecordError) -> Bool {
    guard case .literal(let text) = members[key], let value = Bool(text) else { throw fault(key) }
    return value
  }

  func strings(_ key: String) throws(RunRecordError) -> [String] {
    guard case .array(let elements) = members[key] else { throw fault(key) }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw fault(key) }
      texts.append(text)
    }
    return texts
  }

  /// Numbers; NaN for null.
  func numbers(_ key: String) throws(RunRecordError) -> [Double] {
    guard case .array(let elements) = members[key] else { throw fault(key) }
    var numbers: [Double] = []
    for element in elements {
      switch element {
      case .null: numbers.append(.nan)
      case .literal(let text):
        guard let value = Double(text), value.isFinite else { throw fault(key) }
        numbers.append(value)
      case .string, .object, .array: throw fault(key)
      }
    }
    return numbers
  }

  /// The members of an object, in their order.
  func members(_ key: String) throws(RunRecordError) -> [JSONMember] {
    guard case .object(let members) = members[key] else { throw fault(key) }
    return members
  }

  func object(_ key: String) throws(RunRecordError) -> RecordReader { RecordReader(try members(key), path, "\(prefix)\(key).") }

  func objects(_ key: String) throws(RunRecordError) -> [RecordReader] {
    guard case .array(let elements) = members[key] else { throw fault(key) }
    var objects: [RecordReader] = []
    for (place, element) in elements.enumerated() {
      guard case .object(let members) = element else { throw fault(key) }
      objects.append(RecordReader(members, path, "\(prefix)\(key)[\(place)]."))
    }
    return objects
  }
}
