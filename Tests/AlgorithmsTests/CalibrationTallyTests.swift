import Algorithms
import Models
import Tasks
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

@Suite struct CalibrationTallyTests {
  private func learner(_ loss: TaskLoss) -> Learner { Learner(model: MLP(widths: [1, 2]), taskLoss: loss) }

  private func tally(_ rows: [[Double]], _ labels: [Int]) -> CalibrationTally {
    var tally = CalibrationTally(bins: 4)
    for (row, label) in zip(rows, labels) { tally.add(row[...], label: label, logLikelihood: log(row[label])) }
    return tally
  }

  @Test func `two tallies in order are the tally of all predictions`() {
    let (rows, labels) = ([[0.75, 0.25], [0.25, 0.75], [1, 0], [0.5, 0.5]], [0, 0, 0, 0])
    let all = tally(rows, labels)
    var sum = tally(Array(rows[..<2]), Array(labels[..<2]))
    sum.add(tally(Array(rows[2...]), Array(labels[2...])))
    #expect(sum == all && all.count == 4 && all.leftOut == 0)
    #expect(all.bins.map(\.count) == [0, 1, 2, 1] && all.bins.map(\.right) == [0, 1, 1, 1])
    #expect(all.bins.map(\.confidence) == [0, 0.5, 1.5, 1])
    #expect(CalibrationTally.sum([tally([rows[0]], [0]), nil]) == nil && CalibrationTally.sum([]) == nil)
  }

  @Test func `softmax of logits, with a label each`() throws {
    let logits = [1.0, 2, 0.5, -1, -1, 3]
    let targets = Targets.classes(try Tensor([1, 0], shape: [1, 2]), ways: 3)
    let tally = try #require(learner(.crossEntropy).calibration(numbers(logits, [1, 2, 3]), targets))
    func softmax(_ row: ArraySlice<Double>) -> [Double] {
      let sum = row.reduce(0) { $0 + exp($1) }
      return row.map { exp($0) / sum }
    }
    let (first, second) = (softmax(logits[..<3]), softmax(logits[3...]))
    #expect(tally.count == 2 && tally.bins.reduce(0) { $0 + $1.right } == 1)
    expectClose(tally.logLikelihood, log(first[1]) + log(second[0]), tolerance: 1e-12)
    expectClose(tally.bins.reduce(0) { $0 + $1.confidence }, first[1] + second[2], tolerance: 1e-12)
    let squares = zip(first, [0, 1, 0]).map { ($0 - $1) * ($0 - $1) } + zip(second, [1, 0, 0]).map { ($0 - $1) * ($0 - $1) }
    expectClose(tally.squaredError, squares.reduce(0, +), tolerance: 1e-12)
  }

  @Test func `logits far apart keep a finite likelihood`() throws {
    let targets = Targets.classes(try Tensor([0], shape: [1, 1]), ways: 2)
    let tally = try #require(learner(.crossEntropy).calibration(numbers([-2000, 2000], [1, 1, 2]), targets))
    expectClose(tally.logLikelihood, -4000, tolerance: 1e-9)
    let binary = try #require(learner(.binaryCrossEntropy).calibration(numbers([-900], [1, 1, 1]), .values(numbers([1], [1, 1, 1]))))
    expectClose(binary.logLikelihood, -900, tolerance: 1e-9)
  }

  @Test func `one logit is the probability of 1`() throws {
    let targets = Targets.values(numbers([1, 0], [1, 2, 1]))
    let tally = try #require(learner(.binaryCrossEntropy).calibration(numbers([0.7, 0.7], [1, 2, 1]), targets))
    let p = 1 / (1 + exp(-0.7))
    expectClose(tally.logLikelihood, log(p) + log(1 - p), tolerance: 1e-12)
    expectClose(tally.squaredError, 2 * (1 - p) * (1 - p) + 2 * p * p, tolerance: 1e-12)
    #expect(tally.count == 2 && tally.bins.reduce(0) { $0 + $1.right } == 1)
  }

  @Test(arguments: [[Double.nan, 1], [.infinity, 1], [1, .nan]]) func `a prediction that is not a number is left out`(row: [Double]) throws
  {
    let targets = Targets.classes(try Tensor([0, 1], shape: [1, 2]), ways: 2)
    let tally = try #require(learner(.crossEntropy).calibration(numbers(row + [0, 0], [1, 2, 2]), targets))
    #expect(tally.leftOut == 1 && tally.count == 1)
    expectClose(tally.logLikelihood, -log(2), tolerance: 1e-12)
  }

  @Test func `padding does not count`() throws {
    let labels = Targets.classes(try Tensor([0, 1], shape: [1, 2]), ways: 2)
    let tally = try #require(
      learner(.crossEntropy).calibration(numbers([3, 0, .nan, 0], [1, 2, 2]), .padded(labels, mask: numbers([1, 0], [1, 2]))))
    #expect(tally.count == 1 && tally.leftOut == 0)
  }

  @Test func `a regression has no class probabilities`() {
    #expect(learner(.meanSquaredError).calibration(numbers([1], [1, 1, 1]), .values(numbers([1], [1, 1, 1]))) == nil)
  }
}
