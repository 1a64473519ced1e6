import ImageTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct ImageSplitTests {
  private func load(_ folder: String, _ change: (inout Images) -> Void = { _ in }) throws -> Images {
    var task = Images.small
    change(&task)
    try task.prepare(source: folder, cache: noCache)
    return task
  }

  private func withImages(_ classes: [String], _ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { root in
      try SyntheticImages(classes).write(to: root)
      try body(resolved(root))
    }
  }

  @Test func `a shuffle divides by shares, and depends on its seed alone`() throws {
    try withImages(SyntheticImages.letters) { folder in
      let task = try load(folder)
      // A fifth of twelve is 2.4.
      #expect(Split.allCases.map { task.classes(in: $0).count } == [8, 2, 2])
      #expect(Split.allCases.flatMap { task.classes(in: $0) }.sorted() == SyntheticImages.letters)
      #expect(Split.allCases.allSatisfy { task.classes(in: $0) == task.classes(in: $0).sorted() })
      #expect(try load(folder).splitFingerprint == task.splitFingerprint)
      #expect(try load(folder) { $0.size = 16 }.splitFingerprint == task.splitFingerprint)
      let others = try (1...5).map { seed in try load(folder) { $0.division.seed = seed }.splitFingerprint }
      #expect(Set(others + [task.splitFingerprint]).count == 6)
      let shares = try load(folder) { ($0.division.validationShare, $0.division.testShare) = (0.25, 0.5) }
      #expect(Split.allCases.map { shares.classes(in: $0).count } == [3, 3, 6])
      // A quarter of twelve is three.
      let advice = "set task.validationShare to 0.25"
      #expect(throws: ImageTaskError.smallSplit(path: folder, split: .metaValidation, found: 2, ways: 3, advice: advice)) {
        try load(folder) { $0.ways = 3 }
      }
      let half = "lower task.validationShare or task.testShare"
      #expect(throws: ImageTaskError.smallSplit(path: folder, split: .metaTrain, found: 3, ways: 4, advice: half)) {
        try load(folder) { ($0.ways, $0.division.validationShare, $0.division.testShare) = (4, 0.4, 0.35) }
      }
      #expect(throws: ImageTaskError.shares(validation: 0.6, test: 0.4)) {
        try load(folder) { ($0.division.validationShare, $0.division.testShare) = (0.6, 0.4) }
      }
    }
  }

  @Test func `folders train, val and test`() throws {
    let classes = ["train/a", "train/b", "train/x/c", "val/d", "val/e", "test/f", "test/g"]
    try withImages(classes) { folder in
      let task = try load(folder)
      #expect(task.classes(in: .metaTrain) == ["a", "b", "x/c"])
      #expect(task.classes(in: .metaValidation) == ["d", "e"] && task.classes(in: .metaTest) == ["f", "g"])
      #expect(try load(folder) { $0.division.way = .folders }.splitFingerprint == task.splitFingerprint)
      let advice = "add classes to its folder 'val'"
      #expect(throws: ImageTaskError.smallSplit(path: folder, split: .metaValidation, found: 2, ways: 3, advice: advice)) {
        try load(folder) { ($0.ways, $0.trainRotations) = (3, true) }
      }
      let shuffled = try load(folder) { ($0.division.way, $0.division.validationShare, $0.division.testShare) = (.shuffle, 0.3, 0.3) }
      #expect(Split.allCases.flatMap { shuffled.classes(in: $0) }.sorted() == classes.sorted())
    }
    try withImages(["train/a", "train/b", "test/f", "test/g", "test/h", "test/i"]) { folder in
      #expect(throws: ImageTaskError.missingSplitFolder(path: folder, found: ["train", "test"])) { try load(folder) }
    }
    try withImages(classes + ["other"]) { folder in
      #expect(throws: ImageTaskError.missingSplitFolder(path: folder, found: ["train", "val", "test", "other"])) { try load(folder) }
    }
    try withImages(classes + ["test/a"]) { folder in
      #expect(throws: TaskError.overlappingSplits(task: "images", className: "a")) { try load(folder) }
    }
    // Classes that are themselves called so are no splits.
    try withImages(["train", "test", "val", "bus", "car", "van", "ship", "bike", "tram", "plane"]) { folder in
      let task = try load(folder)
      #expect(task.classes(in: .metaTrain).count == 6)
    }
  }

  @Test func `lists`() throws {
    try withImages(SyntheticImages.letters) { folder in
      func list(_ text: String, _ name: String, in folder: String) throws { try writeFile(Array(text.utf8), to: "\(folder)/\(name).txt") }
      let shuffled = try load(folder).splitFingerprint
      try list("b\r\n  a \n\nc\n", "train", in: folder)
      try list("d\ne", "val", in: folder)
      #expect(try load(folder).splitFingerprint == shuffled, "two lists are not enough")
      #expect(throws: FileError.missing(path: "\(folder)/test.txt")) { try load(folder) { $0.division.way = .lists } }
      try list("f\ng\n", "test", in: folder)
      let task = try load(folder)
      #expect(task.classes(in: .metaTrain) == ["b", "a", "c"])
      #expect(task.classes(in: .metaValidation) == ["d", "e"] && task.classes(in: .metaTest) == ["f", "g"])

      try withTemporaryFolder { lists in
        for (name, text) in [("train", "g\nh"), ("val", "i\nj"), ("test", "k\nl")] { try list(text, name, in: lists) }
        #expect(try load(folder) { $0.division.lists = lists }.classes(in: .metaTrain) == ["g", "h"])
      }
      try list("f\n\ncat\n", "test", in: folder)
      #expect(throws: ImageTaskError.unknownClass(list: "\(folder)/test.txt", line: 3, name: "cat")) { try load(folder) }
      try list("f\na\n", "test", in: folder)
      #expect(throws: TaskError.overlappingSplits(task: "images", className: "a")) { try load(folder) }
    }
  }

  @Test func `turned images are more classes if asked for`() throws {
    try withImages(SyntheticImages.letters) { folder in
      let task = try load(folder) { $0.trainRotations = true }
      #expect(task.classes(in: .metaTrain).count == 32 && task.classes(in: .metaTest).count == 2)
      #expect(task.classes(in: .metaTrain).last?.hasSuffix("@270") == true)
      #expect(try load(folder) { $0.testRotations = true }.classes(in: .metaTest).count == 8)
    }
  }
}
