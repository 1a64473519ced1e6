import Registry
public import TensorCore

/// Omniglot data that are missing, damaged or not as expected.
public enum OmniglotError: Error, Hashable, CustomStringConvertible {
  /// One half of the data is missing: the folder has neither an archive nor an unpacked folder of this name.
  case missingArchive(name: String, folder: String)
  /// The system refuses to open or read an archive, a folder or a file in it.
  case unreadable(FileError)
  /// An archive is truncated or corrupt; `reason` is the unpacking library's own message.
  case damagedArchive(path: String, reason: String)
  /// A drawing has an unexpected path.
  case unexpectedMember(path: String, member: String)
  /// An archive has two members of the same name, or both archives have the same class.
  case duplicateMember(member: String)
  /// A member is longer than any drawing.
  case oversizedMember(member: String, limit: Int)
  /// A drawing is not a valid PNG file.
  case corruptDrawing(member: String)
  /// A drawing is not 105 × 105 pixels.
  case wrongSize(member: String, width: Int, height: Int)
  /// The data lack classes of the split.
  case missingClasses(count: Int, first: String)

  public var description: String {
    switch self {
    case .missingArchive(let name, let folder):
      "\(legible(folder, limit: nil)) has neither \(name).zip nor a folder \(name); put one of them there."
    case .unreadable(let error):
      "\(error) Each half of the data has to be a zip archive, or the folder that it unpacks to, which this user may read."
    case .damagedArchive(let path, let reason): "\(legible(path, limit: nil)) is truncated or corrupt (\(legible(reason))); get it again."
    case .unexpectedMember(let path, let member):
      "\(legible(path, limit: nil)) holds \(legible(member)); drawings are expected at SET/ALPHABET/characterNN/NAME.png, as upstream."
    case .duplicateMember(let member): "the data hold \(legible(member)) twice; get the archives again."
    case .oversizedMember(let member, let limit):
      "\(legible(member)) is larger than \(limit) bytes, too large for a drawing; download the archives again."
    case .corruptDrawing(let member): "\(legible(member)) is not a valid PNG file; get the archives again."
    case .wrongSize(let member, let width, let height):
      "\(legible(member)) is \(width)×\(height) pixels, expected 105×105; get the archives again."
    case .missingClasses(let count, let first):
      "\(count) classes of the Vinyals split are not in the data, \(legible(first)) for one; get the whole data, or set task.split=background-evaluation."
    }
  }
}
