import Tasks
import TensorCore
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct LinearClassificationTests {
  private func samples(_ episode: Episode) -> [(x: Double, y: Double, label: Double)] {
    [episode.support, episode.query].flatMap { set in
      let inputs = set.inputs.doubles
      return set.targets.tensor.doubles.enumerated().map { (inputs[2 * $0.offset], inputs[2 * $0.offset + 1], $0.element) }
    }
  }

  @Test func `without flips a line through the origin divides the classes`() {
    var task = LinearClassification()
    task.flipProbability = 0
    for index in 0..<200 {
      // Points of label 0, mirrored at the origin, fall on the side of label 1, so all points are within one half plane.
      let angles = samples(task.episode(index, in: .metaTrain, seed: 0)).map { x, y, label in
        label == 1 ? atan2(y, x) : atan2(-y, -x)
      }.sorted()
      let gaps = zip(angles, angles.dropFirst()).map { $1 - $0 } + [angles[0] + 2 * .pi - angles[angles.count - 1]]
      #expect((gaps.max() ?? 0) > .pi)
    }
  }

  /// 40,000 labels; the bound is five standard errors, and the seed is fixed.
  @Test func `labels are flipped at the given rate, inputs untouched`() {
    var exact = LinearClassification()
    exact.flipProbability = 0
    let pairs = (0..<2000).map { index in
      let noisy = LinearClassification().episode(index, in: .metaTest, seed: 3)
      return (samples(noisy), samples(exact.episode(index, in: .metaTest, seed: 3)))
    }
    #expect(pairs.allSatisfy { zip($0, $1).allSatisfy { $0.x == $1.x && $0.y == $1.y } })
    let flips = pairs.reduce(0) { sum, pair in sum + zip(pair.0, pair.1).count { $0.label != $1.label } }
    #expect(abs(Double(flips) / 40_000 - 0.05) < 5 * (0.05 * 0.95 / 40_000).squareRoot())
  }

  /// 40,000 numbers a coordinate; the bounds are five standard errors, and the seed is fixed.
  @Test func `inputs are standard normal and labels balanced over tasks`() {
    let all = (0..<2000).flatMap { samples(LinearClassification().episode($0, in: .metaTrain, seed: 9)) }
    let n = Double(all.count)
    #expect(n == 40_000)
    for values in [all.map(\.x), all.map(\.y)] {
      #expect(abs(values.reduce(0, +) / n) < 5 / n.squareRoot())
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / n - 1) < 5 * (2 / n).squareRoot())
    }
    #expect(Set(all.map(\.label)) == [0, 1])
    // For any line, each label has half of the plane, so labels are fair coins.
    #expect(abs(all.reduce(0) { $0 + $1.label } / n - 0.5) < 5 * 0.5 / n.squareRoot())
  }

  @Test func `counts are of the whole set`() {
    let signature = LinearClassification().signature
    #expect(signature.supportCount == 10 && signature.queryCount == 10)
    #expect(signature.suggestedModel == "logistic" && signature.taskLoss == .binaryCrossEntropy)
  }
}
