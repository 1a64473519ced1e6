import Registry
import Tasks
public import TensorCore

/// Omniglot data that are missing, damaged or not as expected.
public enum OmniglotError: Error, Hashable, CustomStringConvertible {
  /// One half of the data is missing: the folder has neither an archive nor an unpacked folder of this name.
  case missingArchive(name: String, folder: String)
  /// The system refuses to open or read an archive, a folder or a file in it.
  case unreadable(FileError)
  /// An archive is truncated or corrupt; `reason` is the unpacking library's own message.
  case damagedArchive(path: String, reason: String)
  /// A symbolic link leads nowhere, or only to other links; `code` is errno.
  case brokenLink(path: String, code: Int32)
  /// A symbolic link leads to a folder that contains it.
  case cyclicLink(path: String)
  /// An archive stores a symbolic link, which has no content.
  case archivedLink(path: String, member: String)
  /// The folder of a character has no drawings.
  case emptyCharacter(path: String)
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
    case .brokenLink(let path, let code): FolderError.brokenLink(path: path, code: code).description
    case .cyclicLink(let path): FolderError.cyclicLink(path: path).description
    case .archivedLink(let path, let member):
      "\(legible(path, limit: nil)) holds \(legible(member)) as a symbolic link, not as a file; pack the file that it leads to."
    case .emptyCharacter(let path):
      "\(legible(path, limit: nil)) holds no PNG file; put the character's drawings there, or remove the folder."
    case .unexpectedMember(let path, let member):
      "\(legible(path, limit: nil)) holds \(legible(member)); drawings are expected at SET/ALPHABET/characterNN/NAME.png, as upstream."
    case .duplicateMember(let member): "the data hold \(legible(member)) twice; get the archives again."
    case .oversizedMember(let member, let limit):
      "\(legible(member)) is larger than \(limit) bytes, too large for a drawing; download the archives again."
    case .corruptDrawing(let member): "\(legible(member)) is not a valid PNG file; get the archives again."
    case .wrongSize(let member, let width, let height):
      "\(legible(member)) is \(width)×\(height) pixels, expected 105×105; get the archives again."
    case .missingClasses(let count, let first):
      "\(count) classes of the Vinyals split are not in the data, \(legible(first)) for one; get the whole data, or accept the loss: "
        + "task.split=background-evaluation divides the alphabets that are there."
    }
  }
}
