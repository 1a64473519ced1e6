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

/// What a folder may hold, and the messages for what it may not.
@Suite struct ImageFolderTests {
  private func load(_ folder: String, _ change: (inout Images) -> Void = { _ in }) throws -> Images {
    var task = Images.small
    change(&task)
    try task.prepare(source: folder, cache: noCache)
    return task
  }

  private func withImages(
    _ images: SyntheticImages = SyntheticImages(SyntheticImages.letters), _ body: (_ folder: String) throws -> Void
  ) throws {
    try withTemporaryFolder { root in
      let folder = "\(resolved(root))/images"
      _ = mkdir(folder, 0o700)
      try images.write(to: folder)
      try body(folder)
    }
  }

  private func expect(
    _ error: (_ folder: String) -> some Error & Equatable, _ settings: (inout Images) -> Void = { _ in },
    _ change: (_ folder: String) throws -> Void
  ) throws {
    try withImages { folder in
      try change(folder)
      #expect(throws: error(folder)) { try load(folder, settings) }
    }
  }

  @Test func `no folder, or none at the path`() throws {
    let advice = "Name a folder with a subfolder of PNG or JPEG files for each class by --data images=DIR."
    var task = Images.small
    #expect(throws: TaskError.missingData(task: "images", searched: [], advice: advice)) { try task.prepare(source: nil, cache: noCache) }
    #expect(throws: TaskError.missingData(task: "images", searched: ["/no/such"], advice: advice)) {
      try task.prepare(source: "/no/such", cache: noCache)
    }
    try withImages { folder in
      let file = "\(folder)/a/1.png"
      #expect(throws: ImageTaskError.unreadable(.unreadable(path: file, code: ENOTDIR))) { try task.prepare(source: file, cache: noCache) }
    }
  }

  @Test func `extensions in any case, other files and hidden ones`() throws {
    try withImages { folder in
      let before = try load(folder)
      for name in ["a/notes.txt", "a/.hidden.png", "labels.csv"] { try writeFile(Array("no image".utf8), to: "\(folder)/\(name)") }
      #expect(try load(folder).dataDigest == before.dataDigest)
      let grey = handmadeJPEG(width: 8, height: 8, channels: 1, pixels: [UInt8](repeating: 200, count: 64))
      try writeFile(SyntheticImages.picture(99), to: "\(folder)/a/5.PNG")
      for (name, bytes) in [("b/6.jpg", grey), ("b/7.JPEG", grey), ("b/8.Jpg", grey), ("b/9.jpeg", SyntheticImages.picture(98))] {
        try writeFile(bytes, to: "\(folder)/\(name)")
      }
      // The content says what a file is, the extension does not.
      let folderNow = try ImageFolder(folder)
      #expect(folderNow.classes.prefix(2).map(\.files.count) == [5, 8])
      #expect(try ImageCollection(reading: folderNow, .init(side: 8, channels: 1, fit: .crop, skipsUnreadable: false)).images.count == 53)
    }
  }

  @Test func `a class and an image may be links, and nested folders are classes`() throws {
    try withImages { folder in
      let plain = try load(folder)
      try #require(mkdir("\(folder)/../moved", 0o700) == 0)
      for (number, name) in ["c", "d/2.png"].enumerated() {
        try #require(rename("\(folder)/\(name)", "\(folder)/../moved/\(number)") == 0)
        try #require(symlink("\(folder)/../moved/\(number)", "\(folder)/\(name)") == 0)
      }
      let linked = try load(folder)
      #expect(linked.dataDigest == plain.dataDigest && linked.splitFingerprint == plain.splitFingerprint)
      try #require(mkdir("\(folder)/more", 0o700) == 0)
      try #require(rename("\(folder)/e", "\(folder)/more/e") == 0)
      #expect(try ImageFolder(folder).classes.map(\.name) == ["a", "b", "c", "d", "f", "g", "h", "i", "j", "k", "l", "more/e"])
    }
  }

  @Test func `links to nowhere and in a circle are named`() throws {
    try expect({ ImageTaskError.brokenLink(path: "\($0)/a/5.png", code: ENOENT) }) { folder in
      try #require(symlink("nothing", "\(folder)/a/5.png") == 0)
    }
    try expect({ ImageTaskError.cyclicLink(path: "\($0)/a/again") }) { folder in
      try #require(symlink("..", "\(folder)/a/again") == 0)
    }
  }

  @Test func `images beside the classes, a class without images, a single class`() throws {
    try expect({ ImageTaskError.imagesOutsideClasses(path: $0, image: "5.png") }) { folder in
      try writeFile(SyntheticImages.picture(5), to: "\(folder)/5.png")
    }
    try expect({ ImageTaskError.emptyClass(path: "\($0)/m") }) { folder in
      try #require(mkdir("\(folder)/m", 0o700) == 0)
      try writeFile([1], to: "\(folder)/m/x.gif")
    }
    try withImages(SyntheticImages(["only"])) { folder in
      let error = ImageTaskError.tooFewClasses(path: folder, found: 1, ways: 2)
      #expect(throws: error) { try load(folder) }
      #expect(error.description.contains("has 1 class; meta-training, meta-validation and meta-test need 2 each (the ways), 6 in all"))
    }
    try withTemporaryFolder { folder in
      let error = ImageTaskError.tooFewClasses(path: resolved(folder), found: 0, ways: 2)
      #expect(throws: error) { try load(folder) }
    }
  }

  @Test func `too few images for shots and queries, too few classes in a split`() throws {
    var images = SyntheticImages(SyntheticImages.letters)
    images.add("short", pictures: 2)
    try withImages(images) { folder in
      // 'short' may be in any split, so look for it in all of them.
      #expect(throws: TaskError.tooFewDrawings(required: 3, available: 2, className: "short")) { try load(folder) }
      let error = ImageTaskError.smallSplit(
        path: resolved(folder), split: .metaValidation, found: 3, ways: 4, advice: "set task.validationShare to 0.31")
      #expect(throws: error) { try load(folder) { ($0.ways, $0.queries) = (4, 1) } }
    }
  }

  @Test func `a file that cannot be decoded is an error with its path, or is left out with a note`() throws {
    let truncated = Array(handmadeJPEG(width: 16, height: 16, pixels: (0..<768).map { UInt8($0 * 7 % 256) }).dropLast(20))
    try withImages { folder in
      let plain = try load(folder)
      try writeFile(Array("a text".utf8), to: "\(folder)/b/5.png")
      let reason = "it is neither a PNG nor a JPEG file"
      let error = ImageTaskError.undecodable(path: "\(folder)/b/5.png", reason: reason)
      #expect(throws: error) { try load(folder) }
      #expect(
        error.description
          == "\(folder)/b/5.png cannot be decoded: \(reason); replace or remove the file, or leave such files out with "
          + "--set task.unreadable=skip.")
      try writeFile(truncated, to: "\(folder)/c/6.jpg")
      let skipped = try load(folder) { $0.unreadable = .skip }
      #expect(skipped.dataDigest == plain.dataDigest && plain.notes == [])
      #expect(skipped.notes.count == 1)
      #expect(skipped.notes[0].hasPrefix("2 images are left out: \(folder)/b/5.png (\(reason)), \(folder)/c/6.jpg ("))
      // The note comes back from the cache.
      let cache = ImageCollection.cache(in: "\(folder)/../cache")
      for _ in 0..<2 {
        var task = Images.small
        task.unreadable = .skip
        try task.prepare(source: folder, cache: cache)
        #expect(task.notes == skipped.notes)
      }
      try #require(unlink("\(folder)/b/5.png") == 0)
      #expect(throws: ImageTaskError.self) { try load(folder) }
    }
  }

  @Test func `pictures of different sizes become one size`() throws {
    try withImages { folder in
      try writeFile(handmadePNG(width: 3, height: 9, depth: 8, rows: [[UInt8]](repeating: [7, 7, 7], count: 9)), to: "\(folder)/a/5.png")
      let task = try load(folder) { ($0.size, $0.channels) = (12, .three) }
      #expect(task.signature.inputShape == [12, 12, 3])
      #expect(try task.episode(0, in: .metaTrain, seed: 0).support.inputs.shape == [2, 12, 12, 3])
    }
  }

  @Test func `the number of threads changes neither the images nor the error`() throws {
    try withImages { folder in
      let decoding = ImageDecoding(side: 8, channels: 3, fit: .crop, skipsUnreadable: false)
      func read(_ threads: Int, skips: Bool = false) throws -> ImageCollection {
        var decoding = decoding
        decoding.skipsUnreadable = skips
        return try ImageCollection(reading: ImageFolder(folder), decoding, threads: threads)
      }
      let alone = try read(1)
      #expect(alone.images.bytes.count == 48 * 8 * 8 * 3)
      for threads in [2, 5, 100] { #expect(try read(threads) == alone) }

      // The first bad file in the order of names is the one that is named; the last one is the quickest to fail.
      for name in ["l/4.png", "f/2.png", "f/1.png", "k/1.png"] { try writeFile(Array("no image".utf8), to: "\(folder)/\(name)") }
      let reason = "it is neither a PNG nor a JPEG file"
      for threads in [1, 2, 5, 100] {
        #expect(throws: ImageTaskError.undecodable(path: "\(folder)/f/1.png", reason: reason)) { try read(threads) }
        let skipped = try read(threads, skips: true).skipped
        #expect(skipped == ["f/1", "f/2", "k/1", "l/4"].map { ImageCollection.Skipped(path: "\(folder)/\($0).png", reason: reason) })
      }
    }
  }
}
