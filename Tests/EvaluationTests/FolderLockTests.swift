import Evaluation
import Foundation
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct FolderLockTests {
  /// Whether the error says that this process has the folder.
  private func isOwn(_ error: RunFolderError?, _ folder: String) -> Bool {
    guard case .inUse(folder, let owner?) = error else { return false }
    return owner.hasPrefix("process \(getpid()) on ")
  }

  @Test func `a folder has one owner at a time`() throws {
    try withTemporaryFolder { folder in
      try withExtendedLifetime(RunFolder(folder)) {
        #expect(isOwn(#expect(throws: RunFolderError.self) { try RunFolder(folder) }, folder))
        #expect(isOwn(#expect(throws: RunFolderError.self) { try RunFolder(folder, overwrite: true) }, folder))
        #expect(isOwn(#expect(throws: RunFolderError.self) { try RunFolder(resuming: folder) }, folder))
      }
      #expect(fileNames(in: folder) == [])
      #expect(throws: Never.self) { try RunFolder(folder) }
    }
  }

  @Test(arguments: ["", "4711 elsewhere\n"]) func `the file of a killed owner blocks nobody and is removed`(text: String) throws {
    try withTemporaryFolder { folder in
      try writePlainly(text, to: "\(folder)/\(FolderLock.fileName)")
      do { _ = try RunFolder(folder) }
      #expect(fileNames(in: folder) == [])
    }
  }

  @Test func `a user's file of the lock's name stays as it is`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(FolderLock.fileName)"
      try writePlainly("my notes", to: path)
      try withExtendedLifetime(RunFolder(folder)) {
        _ = #expect(throws: RunFolderError.inUse(path: folder, owner: nil)) { try RunFolder(folder) }
      }
      #expect(try AtomicFile.read(path) == Array("my notes".utf8))
    }
  }

  @Test func `a lock does not remove the file of a later owner`() throws {
    try withTemporaryFolder { root in
      let (folder, path) = ("\(root)/run", "\(root)/run/\(FolderLock.fileName)")
      var first: RunFolder? = try RunFolder(folder)
      #expect(first != nil)
      // A user removes the folder while it is in use, and somebody else makes it anew.
      #expect(unlink(path) == 0 && rmdir(folder) == 0)
      try withExtendedLifetime(RunFolder(folder)) {
        first = nil
        #expect(fileNames(in: folder) == [FolderLock.fileName])
        _ = #expect(throws: RunFolderError.self) { try RunFolder(folder) }
      }
      #expect(fileNames(in: folder) == [])
    }
  }
}

/// Writes a file without a lock.
///
/// `AtomicFile.write` locks the file while it writes. A process that another test starts at that moment would hold the lock a little longer.
private func writePlainly(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
