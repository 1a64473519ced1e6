import Tasks
import TensorCore

/// The drawings of an unpacked half; symbolic links are followed.
extension OmniglotSource.Container {
  /// All drawings of the folder.
  func folderMembers() throws(OmniglotError) -> [Member] {
    var members: [Member] = []
    for (name, file) in try folderDrawings() {
      guard Int(file.size) <= Self.memberLimit else { throw .oversizedMember(member: name, limit: Self.memberLimit) }
      do throws(FileError) {
        members.append(Member(name: name, bytes: try AtomicFile.read(file.path)))
      } catch {
        throw .unreadable(error)
      }
    }
    return members
  }

  /// The drawings of the folder by member name.
  ///
  /// - Throws: ``OmniglotError`` for a folder or a link that cannot be read, and for a character without drawings.
  func folderDrawings() throws(OmniglotError) -> [(name: String, file: FolderTree.File)] {
    let tree: FolderTree
    do throws(FolderError) {
      tree = try FolderTree(path) { Self.isDrawing($0) }
    } catch {
      throw OmniglotError(error)
    }
    return try drawings(tree, name, depth: 0)
  }

  /// The drawings of a folder with the given member name.
  private func drawings(
    _ tree: FolderTree, _ name: String, depth: Int
  ) throws(OmniglotError) -> [(name: String, file: FolderTree.File)] {
    let isCharacter = depth == 2 && tree.name.hasPrefix("character")
    if isCharacter, tree.files.isEmpty, tree.folders.isEmpty { throw .emptyCharacter(path: tree.path) }
    var found = tree.files.map { (name: "\(name)/\($0.name)", file: $0) }
    for folder in tree.folders { found += try drawings(folder, "\(name)/\(folder.name)", depth: depth + 1) }
    return found
  }
}

extension OmniglotError {
  /// The error of a folder.
  init(_ error: FolderError) {
    self =
      switch error {
      case .unreadable(let error): .unreadable(error)
      case .brokenLink(let path, let code): .brokenLink(path: path, code: code)
      case .cyclicLink(let path): .cyclicLink(path: path)
      }
  }
}
