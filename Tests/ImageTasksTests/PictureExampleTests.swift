import ImageTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

/// A user's own pictures.
@Suite struct PictureExampleTests {
  @Test func `pictures are read as those of the task`() throws {
    try withTemporaryFolder { folder in
      try SyntheticImages(["b", "a"], pictures: 2).write(to: folder)
      let images = try ImageCollection(
        reading: ImageFolder(folder), ImageDecoding(side: 8, channels: 1, fit: .crop, skipsUnreadable: false))
      let read = try Images.examples(of: Images.small.pictures, support: folder, query: "\(folder)/a")
      #expect(read.answer == .classes(["a", "b"], column: "predicted"))
      #expect(read.support.inputs.shape == [4, 8, 8, 1])
      #expect(read.support.inputs.floats == images.images.bytes.map { Float($0) / 255 })
      #expect(read.support.targets.tensor.integers == [0, 0, 1, 1])
      let query = try #require(read.query)
      #expect(query.rows == [["1.png"], ["2.png"]])
      #expect(query.inputs.floats == Array(read.support.inputs.floats.prefix(128)))

      // Drawings: ink is 1.
      let ink = try Images.examples(of: PictureFormat(drawingsOfSide: 8), support: folder, query: nil)
      #expect(ink.query == nil)
      #expect(ink.support.inputs.floats == images.images.bytes.map { Float(255 - $0) / 255 })
      #expect(Glyphs().pictures == PictureFormat(drawingsOfSide: 28))
    }
  }

  @Test func `colours and size are those of the settings`() throws {
    try withTemporaryFolder { folder in
      try SyntheticImages(["a", "b"], pictures: 1).write(to: folder)
      var task = Images.small
      (task.size, task.channels) = (4, .three)
      let read = try Images.examples(of: task.pictures, support: folder, query: nil)
      #expect(read.support.inputs.shape == [2, 4, 4, 3])
    }
  }
}
