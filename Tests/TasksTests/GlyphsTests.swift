import Tasks
import TensorCore
import Testing

@Suite struct GlyphsTests {
  @Test func `pictures are ink on paper, inside the frame`() throws {
    var task = Glyphs()
    task.ways = 40
    let episode = try task.episode(0, in: .metaTrain, seed: 0)
    let query = episode.query.inputs
    for item in 0..<query.shape[0] {
      let pixels = query[item].floats
      #expect(pixels.allSatisfy { (0...1).contains($0) })
      // There is full ink somewhere, and ink covers between 2% and 40% of the paper.
      #expect(pixels.contains(1))
      #expect((0.02...0.4).contains(pixels.reduce(0, +) / 784))
    }
  }

  /// Chance is 0.2; with 60 episodes of 75 queries, the estimate has a standard error of about 0.02.
  @Test func `nearest neighbours get most but by far not all right`() throws {
    let task = Glyphs()
    var hits = 0
    for index in 0..<60 {
      let episode = try task.episode(index, in: .metaTest, seed: 0)
      let support = (0..<5).map { episode.support.inputs[$0].floats }
      for (item, label) in episode.query.targets.tensor.integers.enumerated() {
        let pixels = episode.query.inputs[item].floats
        let distances = support.map { zip($0, pixels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        if distances.indices.min(by: { distances[$0] < distances[$1] }) == label { hits += 1 }
      }
    }
    #expect((0.6...0.85).contains(Double(hits) / (60 * 75)))
  }

  @Test func `test classes stay when the number of training classes changes`() throws {
    var other = Glyphs()
    other.trainClasses = 20
    let episode = try Glyphs().episode(0, in: .metaTest, seed: 0)
    #expect(try other.episode(0, in: .metaTest, seed: 0).query.inputs.floats == episode.query.inputs.floats)
    #expect(other.splitFingerprint != Glyphs().splitFingerprint)
    #expect(Glyphs().classes(in: .metaTest).count == 200)
  }

  @Test func `another alphabet has other characters`() throws {
    var other = Glyphs()
    other.alphabet = 2
    let episode = try Glyphs().episode(0, in: .metaTest, seed: 0)
    #expect(try other.episode(0, in: .metaTest, seed: 0).support.inputs.floats != episode.support.inputs.floats)
  }

  @Test func `too many ways or shots are refused`() {
    var task = Glyphs()
    task.ways = 101
    #expect(throws: TaskError.tooFewClasses(required: 101, available: 100, split: .metaValidation)) { try task.prepare(source: nil) }
    #expect(throws: TaskError.tooFewClasses(required: 101, available: 100, split: .metaValidation)) {
      try task.episode(0, in: .metaValidation, seed: 0)
    }
    task.ways = 5
    task.shots = 6
    #expect(throws: TaskError.tooFewDrawings(required: 21, available: 20, className: "glyph 0")) { try task.prepare(source: nil) }
  }
}
