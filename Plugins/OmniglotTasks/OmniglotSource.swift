import CArchive  // the system headers that it includes define `stat`
import Registry
import Tasks

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The locations of the two halves of the data, each an archive or an unpacked folder.
package struct OmniglotSource: Sendable, Hashable {
  /// One half of the data.
  package struct Container: Sendable, Hashable {
    /// The half's name, "images_background" or "images_evaluation".
    package let name: String
    /// The absolute path.
    package let path: String
    /// True for a zip archive, false for a folder.
    package let isArchive: Bool
  }

  /// The names of the two halves.
  package static let names = ["images_background", "images_evaluation"]

  /// The two halves, in the order of ``names``.
  package let containers: [Container]

  /// Finds both halves in a folder, or in its subfolder `python`, as in a clone of the upstream repository.
  ///
  /// - Parameter folder: The folder; nil for the environment variable OMNIGLOT_DIR.
  /// - Throws: `TaskError.missingData` if neither half is found, ``OmniglotError/missingArchive(name:folder:)`` if only one is.
  package init(folder: String?) throws {
    guard let folder = folder ?? environmentText("OMNIGLOT_DIR") else { throw Self.missingData(searched: []) }
    let candidates = [folder, "\(folder)/python"].map { absolutePath($0) ?? $0 }
    for candidate in candidates {
      let found = Self.names.map { Self.container($0, in: candidate) }
      if found.allSatisfy({ $0 == nil }) { continue }
      containers = try zip(Self.names, found).map { name, container in
        guard let container else { throw OmniglotError.missingArchive(name: name, folder: candidate) }
        return container
      }
      return
    }
    throw Self.missingData(searched: candidates)
  }

  private static func container(_ name: String, in folder: String) -> Container? {
    let archive = "\(folder)/\(name).zip"
    if exists(archive) { return Container(name: name, path: archive, isArchive: true) }
    let unpacked = "\(folder)/\(name)"
    return exists(unpacked) ? Container(name: name, path: unpacked, isArchive: false) : nil
  }

  private static func missingData(searched: [String]) -> TaskError {
    .missingData(
      task: "omniglot", searched: searched,
      advice: """
        Get images_background.zip and images_evaluation.zip from the folder python of https://github.com/brendenlake/omniglot \
        and name their folder by --data omniglot=DIR or the environment variable OMNIGLOT_DIR.
        """)
  }

  /// A digest of paths, sizes and modification times, 64 hexadecimal digits; it changes when the data change.
  ///
  /// - Throws: ``OmniglotError`` if the data cannot be listed.
  package func identity() throws(OmniglotError) -> String {
    var hash = SHA256()
    for container in containers {
      for (name, file) in try container.files() {
        hash.update(field: name)
        hash.update(UInt64(bitPattern: file.size))
        hash.update(UInt64(bitPattern: file.modified.seconds))
        hash.update(UInt64(bitPattern: file.modified.nanoseconds))
      }
    }
    return hexadecimal(hash.finish())
  }
}

/// Whether anything is at the path, a broken link included: reading it then says what is wrong.
private func exists(_ path: String) -> Bool {
  var status = stat()
  return lstat(systemPath(path), &status) == 0
}
