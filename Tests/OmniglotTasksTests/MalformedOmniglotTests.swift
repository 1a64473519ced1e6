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

@Suite struct MalformedOmniglotTests {
  static let drawing = "images_evaluation/Test/character02/0001_03.png"

  /// Reads archives of the given bytes; nil stands for a missing archive.
  private func read(background: [UInt8]?, evaluation: [UInt8]?, folder: String) throws -> OmniglotDrawings {
    for (name, bytes) in Swift.zip(OmniglotSource.names, [background, evaluation]) {
      if let bytes { try writeFile(bytes, to: "\(folder)/\(name).zip") }
    }
    return try OmniglotDrawings(reading: OmniglotSource(folder: folder))
  }

  private func expect(_ error: (_ folder: String) -> OmniglotError, _ change: (inout SyntheticOmniglot) -> Void) throws {
    var data = SyntheticOmniglot()
    change(&data)
    try withTemporaryFolder { folder in
      try data.writeArchives(to: folder)
      #expect(throws: error(folder)) { try OmniglotDrawings(reading: OmniglotSource(folder: folder)) }
    }
  }

  @Test func `no data say where to get them`() throws {
    try withTemporaryFolder { folder in
      let root = try #require(realpath(folder, nil))
      defer { free(root) }
      let path = String(cString: root)
      for source in [folder, "\(folder)/nowhere"] {
        let error = #expect(throws: TaskError.self) { try OmniglotSource(folder: source) }
        guard case .missingData("omniglot", let searched, let advice) = error else {
          Issue.record("unexpected \(String(describing: error))")
          return
        }
        #expect(searched.count == 2 && searched[0].hasSuffix(source == folder ? path : source))
        #expect(advice.contains("--data omniglot=DIR") && advice.contains("OMNIGLOT_DIR") && advice.contains("brendenlake/omniglot"))
      }
    }
  }

  @Test func `one half alone is an error`() throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: OmniglotError.self) {
        try read(background: SyntheticOmniglot().archive(of: "images_background"), evaluation: nil, folder: folder)
      }
      guard case .missingArchive("images_evaluation", _) = error else {
        Issue.record("unexpected \(String(describing: error))")
        return
      }
    }
  }

  @Test func `a clone of the upstream repository is searched as well`() throws {
    try withTemporaryFolder { folder in
      try #require(mkdir("\(folder)/python", 0o700) == 0)
      try SyntheticOmniglot().writeArchives(to: "\(folder)/python")
      #expect(try OmniglotSource(folder: folder).containers.allSatisfy { $0.path.contains("/python/") && $0.isArchive })
    }
  }

  @Test(arguments: ["", "this is no archive", "PK\u{3}\u{4}", String(repeating: "P", count: 500)])
  func `what is not an archive is refused`(content: String) throws {
    try withTemporaryFolder { folder in
      let background = SyntheticOmniglot().archive(of: "images_background")
      let error = #expect(throws: OmniglotError.self) { try read(background: background, evaluation: Array(content.utf8), folder: folder) }
      guard case .damagedArchive(let path, let reason) = error else {
        Issue.record("unexpected \(String(describing: error))")
        return
      }
      #expect(path.hasSuffix("images_evaluation.zip"))
      // The reason is libarchive's own message, whose text may change.
      #expect(!reason.isEmpty && !reason.contains("no reason"))
    }
  }

  @Test func `a folder in an archive's place, or a file in a folder's, is not called damage`() throws {
    try withTemporaryFolder { folder in
      try SyntheticOmniglot().writeFolders(to: folder)
      try #require(mkdir("\(folder)/images_background.zip", 0o700) == 0)
      let source = try OmniglotSource(folder: folder)
      let archive = source.containers[0].path
      #expect(throws: OmniglotError.unreadable(.notAFile(path: archive))) { try OmniglotDrawings(reading: source) }
      #expect(throws: OmniglotError.unreadable(.notAFile(path: archive))) {
        var task = Omniglot.small
        try task.prepare(source: folder, cache: DrawingCache(folder: "\(folder)/cache"))
      }
    }
    try withTemporaryFolder { folder in
      for name in OmniglotSource.names { try writeFile([1], to: "\(folder)/\(name)") }
      let source = try OmniglotSource(folder: folder)
      #expect(throws: OmniglotError.unreadable(.unreadable(path: source.containers[0].path, code: ENOTDIR))) {
        try OmniglotDrawings(reading: source)
      }
    }
  }

  @Test(.enabled(if: geteuid() != 0, "permissions do not bind root")) func `missing permissions are named`() throws {
    try withTemporaryFolder { folder in
      try SyntheticOmniglot().writeFolders(to: folder)
      let source = try OmniglotSource(folder: folder)
      let drawing = "\(source.containers[1].path)\(Self.drawing.dropFirst("images_evaluation".count))"
      try #require(chmod(drawing, 0) == 0)
      #expect(throws: OmniglotError.unreadable(.unreadable(path: drawing, code: EACCES))) { try OmniglotDrawings(reading: source) }
    }
    try withTemporaryFolder { folder in
      try SyntheticOmniglot().writeArchives(to: folder)
      let source = try OmniglotSource(folder: folder)
      let archive = source.containers[0].path
      try #require(chmod(archive, 0) == 0)
      #expect(throws: OmniglotError.unreadable(.unreadable(path: archive, code: EACCES))) { try OmniglotDrawings(reading: source) }
    }
  }

  @Test func `a truncated archive is refused, unless only its directory is cut`() throws {
    let data = SyntheticOmniglot()
    let background = data.archive(of: "images_background")
    let evaluation = data.archive(of: "images_evaluation")
    try withTemporaryFolder { folder in
      let whole = try read(background: background, evaluation: evaluation, folder: folder)
      var refused = 0
      for count in stride(from: 0, to: evaluation.count, by: 97) {
        do {
          // libarchive finds members without the directory. If it does, all of them must be there.
          #expect(try read(background: background, evaluation: Array(evaluation[..<count]), folder: folder) == whole)
        } catch is OmniglotError {
          refused += 1
        }
      }
      let membersEnd = evaluation.count - 22 - data.names(in: "images_evaluation").count * (46 + Self.drawing.utf8.count) - 100
      #expect(refused >= membersEnd / 97)
    }
  }

  @Test func `a flipped byte is refused or leaves no wrong picture`() throws {
    let data = SyntheticOmniglot()
    let background = data.archive(of: "images_background")
    let evaluation = data.archive(of: "images_evaluation")
    func pictures(_ drawings: OmniglotDrawings) -> Set<ArraySlice<UInt8>> {
      Set(stride(from: 0, to: drawings.ink.count, by: 784).map { drawings.ink[$0..<$0 + 784] })
    }
    try withTemporaryFolder { folder in
      let expected = pictures(try read(background: background, evaluation: evaluation, folder: folder))
      var refused = 0
      // The last 300 bytes and the first 3000 contain every kind of field.
      for index in Array(stride(from: 0, to: 3000, by: 7)) + Array(evaluation.count - 300..<evaluation.count) {
        var broken = evaluation
        broken[index] ^= 0x15
        do {
          let read = try read(background: background, evaluation: broken, folder: folder)
          #expect(pictures(read).isSubset(of: expected), "byte \(index)")
        } catch is OmniglotError {
          refused += 1
        }
      }
      #expect(refused > 200)
    }
  }

  @Test func `a corrupt drawing is named`() throws {
    try expect { _ in
      .corruptDrawing(member: Self.drawing)
    } change: {
      $0.members[Self.drawing]?[60] ^= 1
    }
    try expect { _ in
      .corruptDrawing(member: Self.drawing)
    } change: {
      $0.members[Self.drawing]?.removeLast(700)
    }
    try expect { _ in
      .corruptDrawing(member: Self.drawing)
    } change: {
      $0.members[Self.drawing] = []
    }
  }

  @Test func `a drawing of another size is named`() throws {
    try expect { _ in
      .wrongSize(member: Self.drawing, width: 28, height: 28)
    } change: {
      $0.members[Self.drawing] = png(width: 28, height: 28) { _, _ in false }
    }
  }

  @Test func `a member longer than any drawing is not read`() throws {
    try expect { _ in
      .oversizedMember(member: Self.drawing, limit: 65536)
    } change: {
      $0.members[Self.drawing] = [UInt8](repeating: 0, count: 65537)
    }
  }

  @Test(arguments: ["0001_01.png", "Test/0001_01.png", "Test/characterXX/0001_01.png", "Test/a/character01/0001_01.png"])
  func `a drawing at another place is refused`(name: String) throws {
    try withTemporaryFolder { folder in
      var data = SyntheticOmniglot()
      data.members["images_evaluation/\(name)"] = data.members[Self.drawing]
      try data.writeArchives(to: folder)
      let source = try OmniglotSource(folder: folder)
      #expect(throws: OmniglotError.unexpectedMember(path: source.containers[1].path, member: "images_evaluation/\(name)")) {
        try OmniglotDrawings(reading: source)
      }
    }
  }

  @Test func `a member or a class that comes twice is refused`() throws {
    let data = SyntheticOmniglot()
    try withTemporaryFolder { folder in
      let bytes = data.members[Self.drawing] ?? []
      #expect(throws: OmniglotError.duplicateMember(member: Self.drawing)) {
        try read(
          background: data.archive(of: "images_background"), evaluation: zip([(Self.drawing, bytes), (Self.drawing, bytes)]),
          folder: folder)
      }
    }
    try expect { _ in
      .duplicateMember(member: "Alphabet1/character01")
    } change: {
      $0.members["images_evaluation/Alphabet1/character01/0001_01.png"] = $0.members[Self.drawing]
    }
  }

  private func expect(
    _ error: (_ folder: String) -> OmniglotError, change: (inout SyntheticOmniglot) -> Void
  ) throws { try expect(error, change) }
}
