import Algorithms
import Evaluation
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

@Suite struct RunFolderTests {
  private func text(_ path: String) throws -> String { String(decoding: try AtomicFile.read(path), as: UTF8.self) }

  /// The names in a folder without that of the lock, which is there as long as the folder is in use.
  private func files(in path: String) -> [String] { fileNames(in: path).filter { $0 != FolderLock.fileName } }

  @Test func `a run's files, and no others, are in its folder`() throws {
    try withTemporaryFolder { root in
      let folder = try RunFolder("\(root)/a/b/")
      #expect(folder.path == "\(root)/a/b")
      #expect(files(in: folder.path) == [])
      let experiment = try Small.experiment()
      var trainer = try experiment.trainer()
      for _ in 0..<2 { try folder.append(trainer.step()) }
      try folder.write(Checkpoint(experiment: experiment, snapshot: trainer.snapshot))
      let row = Comparison.Row(experiment: experiment, result: try experiment.metaTest(trainer.state))
      try folder.write(row)
      try folder.write(
        Timing(
          trainingSeconds: 2, testSeconds: 1, iterations: 4, peakBytes: 5, threads: 2, activeThreads: 1.5, products: "libxsmm"))
      #expect(files(in: folder.path) == ["checkpoint.safetensors", "metrics.jsonl", "results.json", "scores.csv", "timing.json"])
      let lines = try text("\(folder.path)/metrics.jsonl").split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines[1].hasPrefix("{\"iteration\":2,\"loss\":"))
      #expect(try text("\(folder.path)/results.json") == row.json.text)
      #expect(
        try text("\(folder.path)/timing.json") == """
          {
            "trainingSeconds": 2.0,
            "testSeconds": 1.0,
            "iterations": 4,
            "iterationsPerSecond": 2.0,
            "peakBytes": 5,
            "threads": 2,
            "activeThreads": 1.5,
            "products": "libxsmm"
          }

          """)
      try folder.write(Comparison([row]))
      #expect(files(in: folder.path).contains("results.csv") && files(in: folder.path).contains("report.md"))
    }
  }

  @Test(arguments: RunFolder.fileNames) func `a folder that holds a run is refused, and cleared when asked`(name: String) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/\(name)")
      try AtomicFile.write([1], to: "\(folder)/notes.txt")
      #expect(throws: RunFolderError.holdsRun(path: folder, file: name)) { try RunFolder(folder) }
      #expect(fileNames(in: folder) == [name, "notes.txt"].sorted())
      _ = try RunFolder(folder, overwrite: true)
      #expect(fileNames(in: folder) == ["notes.txt"])
    }
  }

  @Test func `a folder with other files is fine`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/notes.txt")
      #expect(throws: Never.self) { try RunFolder(folder) }
    }
  }

  @Test func `a user's files stay, whatever their names`() throws {
    try withTemporaryFolder { folder in
      let names = [
        "writable.tmp", "notes.1-0.tmp", "checkpoint.safetensors.tmp", "checkpoint.safetensors.01-0.tmp", "checkpoint.safetensors.1-x.tmp",
        "checkpoint.safetensors.1-0.tmp.bak", "metrics.jsonl.old.1-0.tmp",
      ]
      for name in names { try AtomicFile.write([1], to: "\(folder)/\(name)") }
      do { _ = try RunFolder(folder, overwrite: true) }
      #expect(fileNames(in: folder) == names.sorted())
    }
  }

  @Test func `temporary files of a killed process are removed by the next owner`() throws {
    try withTemporaryFolder { folder in
      for name in RunFolder.fileNames { try AtomicFile.write([1], to: "\(folder)/\(name).4711-0.tmp") }
      do { _ = try RunFolder(resuming: folder) }
      #expect(fileNames(in: folder) == [])
    }
  }

  @Test func `default names never collide`() throws {
    try withTemporaryFolder { folder in
      let folders = try (0..<3).map { _ in try RunFolder(new: "\(folder)/runs/now") }
      #expect(folders.map(\.path) == ["\(folder)/runs/now", "\(folder)/runs/now-2", "\(folder)/runs/now-3"])
    }
  }

  @Test func `a file at the path is refused, also above the path`() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/file"
      try AtomicFile.write([1], to: file)
      #expect(throws: RunFolderError.notAFolder(path: file)) { try RunFolder(file) }
      #expect(throws: RunFolderError.cannotMake(path: "\(file)/run", code: EEXIST)) { try RunFolder("\(file)/run") }
    }
  }

  @Test func `a folder where nothing can be made is refused before any work`() {
    // No user, not even root, can create a folder in /proc.
    #expect(throws: RunFolderError.self) { try RunFolder("/proc/metalearning/run") }
    #expect(throws: RunFolderError.cannotMake(path: "", code: ENOENT)) { try RunFolder("") }
  }

  @Test(.enabled(if: geteuid() != 0, "root writes anywhere")) func `a folder that cannot be written is refused`() throws {
    try withTemporaryFolder { folder in
      chmod(folder, 0o500)
      defer { chmod(folder, 0o700) }
      #expect(throws: RunFolderError.file(.unwritable(path: "\(folder)/\(FolderLock.fileName)", code: EACCES))) { try RunFolder(folder) }
    }
  }

  @Test func `a metrics line holds deterministic quantities alone`() throws {
    let experiment = try Small.experiment()
    var trainer = try experiment.trainer()
    let report = try trainer.step()
    let line = RunFolder.metricsLine(report)
    #expect(
      line
        == "{\"iteration\":1,\"loss\":\(report.loss),\"accuracy\":null,\"gradientNorm\":\(report.gradientNorm),"
        + "\"learningRate\":\(report.learningRate)}")
  }
}
