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

@Suite struct AtomicFileTests {
  @Test(arguments: [0, 1, 4096, 1_000_003])
  func `bytes come back`(count: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try AtomicFile.write(bytes, to: "\(folder)/file")
      #expect(try AtomicFile.read("\(folder)/file") == bytes)
      #expect(fileNames(in: folder) == ["file"])
    }
  }

  @Test func `writing replaces the whole content`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(Array(repeating: 1, count: 100), to: "\(folder)/file")
      try AtomicFile.write([2], to: "\(folder)/file")
      #expect(try AtomicFile.read("\(folder)/file") == [2])
    }
  }

  @Test func `a name taken by a killed process is stepped over`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([9], to: "\(folder)/file.\(getpid())-0.tmp")
      try AtomicFile.write([1], to: "\(folder)/file")
      #expect(try AtomicFile.read("\(folder)/file") == [1])
      #expect(fileNames(in: folder) == ["file", "file.\(getpid())-0.tmp"])
    }
  }

  @Test func `a temporary file is removed if its writer is dead`() throws {
    try withTemporaryFolder { folder in
      let names = ["file.4711-0.tmp", "file.4711-1.tmp", "other.4711-0.tmp"]
      for name in names { try AtomicFile.write([1], to: "\(folder)/\(name)") }
      // A writer that lives holds the lock.
      let writer = open("\(folder)/\(names[1])", O_RDWR | O_CLOEXEC)
      #expect(flock(writer, LOCK_EX | LOCK_NB) == 0)
      AtomicFile.removeAbandoned(in: folder) { $0 == "file" }
      #expect(fileNames(in: folder) == Array(names[1...]))
      close(writer)
      AtomicFile.removeAbandoned(in: folder) { $0 == "file" }
      #expect(fileNames(in: folder) == [names[2]])
    }
  }

  @Test func `files are written while others remove what is abandoned`() async throws {
    try await withTemporaryFolder { folder in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<2 {
          group.addTask { for _ in 0..<50 { try AtomicFile.write([1, 2, 3], to: "\(folder)/\(writer)") } }
        }
        group.addTask { for _ in 0..<500 { AtomicFile.removeAbandoned(in: folder) { _ in true } } }
        try await group.waitForAll()
      }
      #expect(fileNames(in: folder) == ["0", "1"])
    }
  }

  @Test func `a folder that is not there is named`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/none/file"
      #expect(throws: FileError.unwritable(path: path, code: ENOENT)) { try AtomicFile.write([1], to: path) }
      #expect(throws: FileError.missing(path: path)) { try AtomicFile.read(path) }
    }
  }

  @Test func `a failed write leaves no temporary file`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/taken"
      mkdir(path, 0o755)
      try AtomicFile.write([1], to: "\(path)/inner")
      let error = try #require(throws: FileError.self) { try AtomicFile.write([1], to: path) }
      #expect(error.path == path)
      #expect(fileNames(in: folder) == ["taken"])
      #expect(try AtomicFile.read("\(path)/inner") == [1])
    }
  }

  @Test func `a reader sees one content or the other`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(Array(repeating: 0, count: 10_000), to: path)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 1...2 {
          group.addTask { for _ in 0..<20 { try AtomicFile.write(Array(repeating: UInt8(writer), count: 10_000), to: path) } }
        }
        group.addTask {
          for _ in 0..<100 {
            let bytes = try AtomicFile.read(path)
            #expect(bytes.count == 10_000)
            #expect(Set(bytes).count == 1)
          }
        }
        try await group.waitForAll()
      }
      #expect(fileNames(in: folder) == ["file"])
    }
  }
}
