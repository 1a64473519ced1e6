import Foundation
import Tasks
import TensorCore
import Testing

@Suite struct ImageAugmentationTests {
  private func changed(_ values: [Float], _ shape: Shape, _ augmentation: ImageAugmentation, _ number: Int) -> [Float] {
    let image = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
    defer { image.deallocate() }
    _ = image.initialize(from: values)
    augmentation.apply(to: image, shape: shape, from: RandomStream(seed: 3).child(number))
    return Array(image)
  }

  private func make(_ change: (inout ImageAugmentation) -> Void) -> ImageAugmentation {
    var augmentation = ImageAugmentation()
    change(&augmentation)
    return augmentation
  }

  private func counts(_ values: [Float], _ shape: Shape, _ augmentation: ImageAugmentation, draws: Int) -> [[Float]: Int] {
    Dictionary((0..<draws).map { (changed(values, shape, augmentation, $0), 1) }, uniquingKeysWith: +)
  }

  @Test func `nothing is changed by default`() {
    #expect(!ImageAugmentation().isActive)
    #expect(changed([0.1, 0.2, 0.3, 0.4], [2, 2, 1], ImageAugmentation(), 0) == [0.1, 0.2, 0.3, 0.4])
  }

  /// Of 400 draws, an image of probability ½ comes 200 ± 10 times, one of probability ¼ 100 ± 9 times (standard deviations).
  @Test func `mirror images have their probabilities`() {
    let image: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    let (left, top): ([Float], [Float]) = ([3, 4, 1, 2, 7, 8, 5, 6], [5, 6, 7, 8, 1, 2, 3, 4])
    let both: [Float] = [7, 8, 5, 6, 3, 4, 1, 2]
    for (flip, expected) in [
      (ImageAugmentation.Flip.horizontal, [image, left]), (.vertical, [image, top]), (.both, [image, left, top, both]),
    ] {
      let counts = counts(image, [2, 2, 2], make { $0.flip = flip }, draws: 400)
      #expect(Set(counts.keys) == Set(expected))
      #expect(counts.values.allSatisfy { abs($0 - 400 / expected.count) < 50 })
    }
  }

  @Test func `shifts are whole pixels in both directions, and repeat the border`() {
    let counts = counts([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1], make { $0.shift = 1 }, draws: 400)
    #expect(counts.count == 9)
    #expect(counts[[1, 2, 3, 4, 5, 6, 7, 8, 9]] != nil)
    #expect(counts[[1, 1, 2, 4, 4, 5, 7, 7, 8]] != nil, "to the right")
    #expect(counts[[4, 5, 6, 7, 8, 9, 7, 8, 9]] != nil, "up")
    #expect(counts[[5, 6, 6, 8, 9, 9, 8, 9, 9]] != nil, "up and to the left")
    // A shift beyond the image leaves a border.
    #expect(changed([1, 2, 3, 4], [2, 2, 1], make { $0.shift = 200 }, 1).count == 4)
  }

  /// The centre of ink beside the centre of an image turns with it: its angle is that of the turn.
  @Test func `turns have every angle up to the largest, in both directions`() {
    let side = 21
    var image = [Float](repeating: 0, count: side * side)
    image[10 * side + 18] = 1
    let angles = (0..<200).map { number in
      let new = changed(image, [21, 21, 1], make { $0.rotation = 30 }, number)
      let ink = new.reduce(0, +)
      #expect(abs(ink - 1) < 0.2)
      func centre(_ place: (Int) -> Int) -> Double {
        new.indices.reduce(0.0) { $0 + Double(new[$1]) * Double(place($1) - 10) } / Double(ink)
      }
      return atan2(-centre { $0 / side }, centre { $0 % side }) * 180 / .pi
    }
    #expect(angles.allSatisfy { abs($0) < 30.5 })
    #expect(angles.contains { $0 > 25 } && angles.contains { $0 < -25 } && angles.contains { abs($0) < 5 })
  }

  @Test func `sizes change up to the largest, in both directions`() {
    let side = 21
    var image = [Float](repeating: 0, count: side * side)
    for row in 6...14 { for column in 6...14 { image[row * side + column] = 1 } }
    let factors = (0..<200).map { number in
      (Double(changed(image, [21, 21, 1], make { $0.scale = 0.3 }, number).reduce(0, +)) / 81).squareRoot()
    }
    #expect(factors.allSatisfy { 0.65...1.35 ~= $0 })
    #expect(factors.contains { $0 < 0.75 } && factors.contains { $0 > 1.25 })
    // The paper around the square stays white, and turned ink stays within its range.
    #expect(
      (0..<20).allSatisfy { changed(image, [21, 21, 1], make { ($0.rotation, $0.scale) = (180, 0.9) }, $0).allSatisfy { 0...1 ~= $0 } })
  }

  @Test func `contrast keeps the mean and scales the differences`() {
    let image: [Float] = [0.4, 0.5, 0.6, 0.5]
    var factors: [Float] = []
    for number in 0..<200 {
      let new = changed(image, [2, 2, 1], make { $0.contrast = 0.5 }, number)
      #expect(abs(new.reduce(0, +) / 4 - 0.5) < 1e-6)
      factors.append((new[2] - new[0]) / 0.2)
    }
    #expect(factors.allSatisfy { 0.499...1.501 ~= $0 })
    #expect(factors.contains { $0 < 0.6 } && factors.contains { $0 > 1.4 })
    #expect((0..<50).allSatisfy { changed([0, 1, 0, 1], [2, 2, 1], make { $0.contrast = 1 }, $0).allSatisfy { 0...1 ~= $0 } })
  }

  /// 90,000 values: the standard errors of mean and deviation are 0.0003 and 0.0002.
  @Test func `noise has mean 0 and the standard deviation of the setting`() {
    let flat = [Float](repeating: 0.5, count: 90_000)
    let values = changed(flat, [300, 300, 1], make { $0.noise = 0.1 }, 0).map { Double($0) - 0.5 }
    let mean = values.reduce(0, +) / 90_000
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / 90_000).squareRoot()
    #expect(abs(mean) < 0.0015 && abs(deviation - 0.1) < 0.001)
    // As many as under a normal law lie beyond one deviation, 31.7%; the sum of four uniform numbers has 32.5%.
    #expect(abs(Double(values.count { abs($0) > 0.1 }) / 90_000 - 0.325) < 0.01)
    #expect(changed(flat, [300, 300, 1], make { $0.noise = 1 }, 0).allSatisfy { 0...1 ~= $0 })
  }

  @Test func `one kind does not change another's draws`() {
    let image = (0..<16).map { Float($0) / 32 + 0.25 }
    for number in 0..<20 {
      let shifted = changed(image, [4, 4, 1], make { $0.shift = 1 }, number)
      let flipped = changed(image, [4, 4, 1], make { $0.flip = .both }, number)
      let both = changed(image, [4, 4, 1], make { ($0.shift, $0.flip) = (1, .both) }, number)
      #expect(Set(both).isSubset(of: Set(image)))
      // Without a shift the flip alone is left, and the reverse.
      if shifted == image { #expect(both == flipped) }
      if flipped == image { #expect(both == shifted) }
    }
  }

  @Test func `an augmented task changes meta-training only, and keeps its split`() throws {
    var task = Glyphs()
    (task.augment.flip, task.augment.shift, task.augment.noise, task.augment.contrast) = (.both, 3, 0.1, 0.3)
    #expect(task.splitFingerprint == Glyphs().splitFingerprint)
    let plain = try Glyphs().episode(4, in: .metaTrain, seed: 1)
    let episode = try task.episode(4, in: .metaTrain, seed: 1)
    #expect(episode.support.inputs.floats != plain.support.inputs.floats)
    #expect(try task.episode(4, in: .metaTrain, seed: 1).support.inputs.floats == episode.support.inputs.floats)
    #expect(try task.episode(5, in: .metaTrain, seed: 1).support.inputs.floats != episode.support.inputs.floats)
    for split in [Split.metaValidation, .metaTest] {
      #expect(
        try task.episode(4, in: split, seed: 1).query.inputs.floats == Glyphs().episode(4, in: split, seed: 1).query.inputs.floats)
    }
    // Further support sets leave the first one and the query as they are.
    let more = try task.episode(4, in: .metaTrain, seed: 1, supports: 2)
    #expect(more.support.inputs.floats == episode.support.inputs.floats && more.query.inputs.floats == episode.query.inputs.floats)
  }
}
