public import TensorCore

/// Omniglot data that are not what they should be.
public enum OmniglotError: Error, Hashable, CustomStringConvertible {
  /// A folder has the other half of the data, but neither an archive nor an unpacked folder of this name.
  case missingArchive(name: String, folder: String)
  /// An archive or folder, or a file in it, that the system does not let us open or read.
  case unreadable(FileError)
  /// An archive is truncated or corrupt; `reason` is the unpacking library's own message.
  case damagedArchive(path: String, reason: String)
  /// A drawing lies where none should.
  case unexpectedMember(path: String, member: String)
  /// An archive holds two members of one name, or two archives the same class.
  case duplicateMember(member: String)
  /// A member is longer than any drawing.
  case oversizedMember(member: String, limit: Int)
  /// A drawing is not a PNG file, or a corrupt one.
  case corruptDrawing(member: String)
  /// A drawing is not 105 × 105 pixels.
  case wrongSize(member: String, width: Int, height: Int)
  /// Classes of the split are not in the data.
  case missingClasses(count: Int, first: String)

  public var description: String {
    switch self {
    case .missingArchive(let name, let folder):
      "\(folder) has neither \(name).zip nor a folder \(name); put one of them there."
    case .unreadable(let error):
      "\(error) Each half of the data has to be a zip archive, or the folder that it unpacks to, which this user may read."
    case .damagedArchive(let path, let reason): "\(path) is truncated or corrupt (\(reason)); get it again."
    case .unexpectedMember(let path, let member):
      "\(path) holds \(member); drawings are expected at SET/ALPHABET/characterNN/NAME.png, as upstream."
    case .duplicateMember(let member): "the data hold \(member) twice; get the archives again."
    case .oversizedMember(let member, let limit):
      "\(member) is longer than \(limit) bytes, which no drawing is; get the archives again."
    case .corruptDrawing(let member): "\(member) is not a valid PNG file; get the archives again."
    case .wrongSize(let member, let width, let height):
      "\(member) is \(width)×\(height) pixels, expected 105×105; get the archives again."
    case .missingClasses(let count, let first):
      "\(count) classes of the Vinyals split are not in the data, \(first) for one; get the whole data, or set task.split=background-evaluation."
    }
  }
}
