import Evaluation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct CalibrationTests {
  @Test func `four predictions, by hand`() throws {
    // Confidences 0.75 (right), 0.75 (wrong), 1 (right) and 0.5 (right, as the first of two equal ones).
    let calibration = try Calibration([0.75, 0.25, 0.25, 0.75, 1, 0, 0.5, 0.5], labels: [0, 0, 0, 0], classes: 2, bins: 4)
    // The bin 0.5...0.75 holds two with accuracy 1/2; 0.25...0.5 holds the last, 0.75...1 the third.
    expectClose(calibration.expectedError, (2 * 0.25 + 0.5 + 0) / 4, tolerance: 1e-15)
    expectClose(calibration.brierScore, (2 * 0.0625 + 2 * 0.5625 + 0 + 2 * 0.25) / 4, tolerance: 1e-15)
    expectClose(calibration.negativeLogLikelihood, -(log(0.75) + log(0.25) + log(0.5)) / 4, tolerance: 1e-15)
    #expect(calibration.count == 4 && calibration.bins.map(\.count) == [0, 1, 2, 1])
    #expect(calibration.bins.map(\.accuracy) == [nil, 1, 0.5, 1] && calibration.bins.map(\.confidence) == [nil, 0.5, 0.75, 1])
    #expect(calibration.bins.map(\.lower) == [0, 0.25, 0.5, 0.75] && calibration.bins.map(\.upper) == [0.25, 0.5, 0.75, 1])
  }

  @Test func `certain predictions, right and wrong`() throws {
    let right = try Calibration([1, 0, 0, 0, 1, 0], labels: [0, 1], classes: 3)
    #expect(right.expectedError == 0 && right.brierScore == 0 && right.negativeLogLikelihood == 0 && right.bins.count == 15)
    let wrong = try Calibration([1, 0, 0, 0, 1, 0], labels: [2, 0], classes: 3)
    #expect(wrong.expectedError == 1 && wrong.brierScore == 2 && wrong.negativeLogLikelihood == .infinity)
  }

  @Test(arguments: 1...15) func `a confidence on a bound belongs to the bin below`(bin: Int) throws {
    let bound = Double(bin) / 15
    guard bound >= 0.5 else { return }
    let calibration = try Calibration([bound, 1 - bound], labels: [0], classes: 2)
    #expect(calibration.bins.firstIndex { $0.count == 1 } == bin - 1)
    #expect(calibration.bins[bin - 1].upper == bound)
  }

  @Test func `uniform predictions of balanced classes are calibrated`() throws {
    let calibration = try Calibration([Double](repeating: 0.2, count: 25), labels: [0, 1, 2, 3, 4], classes: 5)
    expectClose(calibration.expectedError, 0, tolerance: 1e-15)
    expectClose(calibration.brierScore, 0.8, tolerance: 1e-15)
    expectClose(calibration.negativeLogLikelihood, log(5.0), tolerance: 1e-15)
  }

  @Test func `one bin compares accuracy with confidence`() throws {
    let calibration = try Calibration([0.9, 0.1, 0.6, 0.4, 0.2, 0.8], labels: [0, 1, 0], classes: 2, bins: 1)
    expectClose(calibration.expectedError, abs(1.0 / 3 - 2.3 / 3), tolerance: 1e-15)
  }

  @Test func `predictions that cannot be judged`() {
    #expect(throws: CalibrationError.noExamples) { try Calibration([], labels: [], classes: 2) }
    #expect(throws: CalibrationError.sizes(classes: 0, bins: 15)) { try Calibration([], labels: [0], classes: 0) }
    #expect(throws: CalibrationError.probabilityCount(3, examples: 2, classes: 2)) {
      try Calibration([1, 0, 1], labels: [0, 0], classes: 2)
    }
    #expect(throws: CalibrationError.label(2, example: 1, classes: 2)) { try Calibration([1, 0, 1, 0], labels: [0, 2], classes: 2) }
    for bad in [[0.5, 0.6], [1.5, -0.5], [.nan, 1], [2, 3]] as [[Double]] {
      #expect(throws: CalibrationError.notProbabilities(example: 0)) { try Calibration(bad, labels: [0], classes: 2) }
    }
  }
}
