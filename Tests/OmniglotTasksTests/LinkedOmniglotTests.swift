import OmniglotTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Folders with symbolic links, and files with unusual names.
@Suite struct LinkedOmniglotTests {
  static let drawing = "images_evaluation/Test/character02/0001_03.png"

  private func read(_ folder: String) throws -> OmniglotDrawings { try OmniglotDrawings(reading: OmniglotSource(folder: folder)) }

  /// Reads folders of the small data after a change, with the drawings of the unchanged ones.
  private func reading(
    _ change: (_ folder: String) throws -> Void, _ check: (_ folder: String, _ plain: OmniglotDrawings) throws -> Void
  ) throws {
    try withTemporaryFolder { root in
      // Other parts of the reader resolve the path.
      let real = try #require(realpath(root, nil))
      defer { free(real) }
      let folder = "\(String(cString: real))/data"
      try #require(mkdir(folder, 0o700) == 0)
      try SyntheticOmniglot().writeFolders(to: folder)
      let plain = try read(folder)
      try change(folder)
      try check(folder, plain)
    }
  }

  private func expect(_ error: (_ folder: String) -> OmniglotError, _ change: (_ folder: String) throws -> Void) throws {
    try reading(change) { folder, _ in
      #expect(throws: error(folder)) { try read(folder) }
      // Listing the files for the cache finds the same fault, except in an archive.
      let source = try OmniglotSource(folder: folder)
      if !source.containers.contains(where: \.isArchive) { #expect(throws: error(folder)) { try source.identity() } }
    }
  }

  @Test func `an alphabet, a character and drawings may be links`() throws {
    try reading { folder in
      let moved = "\(folder)/moved"
      try #require(mkdir(moved, 0o700) == 0)
      for (number, name) in ["images_background/Alphabet3", "images_background/Alphabet4/character02", Self.drawing].enumerated() {
        try #require(rename("\(folder)/\(name)", "\(moved)/\(number)") == 0)
        try #require(symlink("\(moved)/\(number)", "\(folder)/\(name)") == 0)
      }
    } _: { folder, plain in
      #expect(try read(folder) == plain)
      // The data change if the target does.
      let before = try OmniglotSource(folder: folder).identity()
      try writeFile(png(width: 105, height: 105) { x, _ in x < 3 } + [0], to: "\(folder)/moved/2")
      #expect(try OmniglotSource(folder: folder).identity() != before)
    }
  }

  @Test func `an extension may have capitals, in folders and archives`() throws {
    var data = SyntheticOmniglot()
    let plain = data.members.count
    for name in data.names(in: "images_evaluation") { data.members["\(name.dropLast(4)).PNG"] = data.members.removeValue(forKey: name) }
    try withTemporaryFolder { folder in
      try data.writeFolders(to: folder)
      let unpacked = try read(folder)
      #expect(unpacked.ink.count == plain * 784)
      try data.writeArchives(to: folder)
      #expect(try read(folder) == unpacked)
    }
  }

  @Test func `a link to nowhere, to itself or to a folder above is named`() throws {
    try expect({ .brokenLink(path: "\($0)/images_background/Latin", code: ENOENT) }) { folder in
      try #require(symlink("\(folder)/nowhere", "\(folder)/images_background/Latin") == 0)
    }
    try expect({ .brokenLink(path: "\($0)/images_background/Latin", code: ELOOP) }) { folder in
      try #require(symlink("Latin", "\(folder)/images_background/Latin") == 0)
    }
    try expect({ .cyclicLink(path: "\($0)/images_background/Alphabet2/character01/again") }) { folder in
      try #require(symlink("../../../images_background", "\(folder)/images_background/Alphabet2/character01/again") == 0)
    }
  }

  @Test func `a half that is a link to nowhere is named`() throws {
    try reading { folder in
      try #require(rename("\(folder)/images_evaluation", "\(folder)/moved") == 0)
      try #require(symlink("elsewhere", "\(folder)/images_evaluation") == 0)
    } _: { folder, _ in
      #expect(throws: OmniglotError.brokenLink(path: "\(folder)/images_evaluation", code: ENOENT)) { try read(folder) }
    }
  }

  @Test func `a pipe in a drawing's place, and a character without drawings, are named`() throws {
    try expect({ .unreadable(.notAFile(path: "\($0)/\(Self.drawing)")) }) { folder in
      try #require(unlink("\(folder)/\(Self.drawing)") == 0 && mkfifo("\(folder)/\(Self.drawing)", 0o600) == 0)
    }
    try expect({ .emptyCharacter(path: "\($0)/images_evaluation/Test/character09") }) { folder in
      try #require(mkdir("\(folder)/images_evaluation/Test/character09", 0o700) == 0)
      try writeFile([1], to: "\(folder)/images_evaluation/Test/character09/0001_01.jpeg")
    }
  }

  @Test func `a link in an archive is named`() throws {
    let data = SyntheticOmniglot()
    try reading { folder in
      var archive = data.archive(of: "images_evaluation")
      // The mode of the drawing in the archive's directory, 8 bytes before the name, becomes that of a link.
      let name = Array(Self.drawing.utf8)
      let place = try #require(archive.indices.reversed().first { archive[$0...].starts(with: name) })
      archive.replaceSubrange(place - 8..<place - 4, with: [0, 0, 0xed, 0xa1])
      try writeFile(archive, to: "\(folder)/images_evaluation.zip")
    } _: { folder, _ in
      #expect(throws: OmniglotError.archivedLink(path: "\(folder)/images_evaluation.zip", member: Self.drawing)) { try read(folder) }
    }
  }

  @Test func `the advice for missing classes says what it costs`() {
    let text = "\(OmniglotError.missingClasses(count: 2, first: "Latin/character01"))"
    #expect(
      text == """
        2 classes of the Vinyals split are not in the data, Latin/character01 for one; get the whole data, or accept the loss: \
        task.split=background-evaluation divides the alphabets that are there.
        """)
  }
}
