import Evaluation
import Testing
import _TestSupport

@Suite struct HolmCorrectionTests {
  @Test func `four p-values, by hand`() {
    // Sorted: 0.005 · 4, 0.01 · 3, 0.03 · 2, and 0.04 · 1 raised to the one before.
    expectClose(HolmCorrection.adjusted([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02], tolerance: 1e-15)
  }

  @Test func `one p-value stays, none exceeds 1, and ties stay ties`() {
    #expect(HolmCorrection.adjusted([0.04]) == [0.04])
    #expect(HolmCorrection.adjusted([0.9, 0.8]) == [1, 1])
    #expect(HolmCorrection.adjusted([0.25, 0.25, 0.125]) == [0.5, 0.5, 0.375])
    #expect(HolmCorrection.adjusted([] as [Double]) == [])
    #expect(HolmCorrection.adjusted([0, 0.5]) == [0, 0.5])
  }

  @Test func `order does not matter`() {
    let pValues = [0.001, 0.2, 0.03, 0.04, 0.011]
    #expect(HolmCorrection.adjusted(pValues.reversed()) == HolmCorrection.adjusted(pValues).reversed())
  }

  @Test func `comparisons without a p-value are not counted`() {
    #expect(HolmCorrection.adjusted([nil, 0.125, nil, 0.25]) == [nil, 0.25, nil, 0.25])
  }

  @Test func `a number that is no probability traps`() async {
    await #expect(processExitsWith: .failure) { _ = HolmCorrection.adjusted([0.5, 1.5]) }
    await #expect(processExitsWith: .failure) { _ = HolmCorrection.adjusted([.nan, 0.5]) }
  }
}
