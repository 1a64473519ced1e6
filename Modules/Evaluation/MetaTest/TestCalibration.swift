public import Algorithms

/// The calibration of a test's query predictions, after as many steps as the algorithm adapts by in meta-training.
///
/// All query samples of all episodes count alike. The classes of an episode are its labels.
public struct TestCalibration: Sendable, Hashable {
  /// The adaptation steps before the predictions; the last step of the test for an algorithm that does not adapt in meta-training.
  public let step: Int
  /// The calibration over all predictions that are numbers; nil if there are none.
  public let calibration: Calibration?
  /// The number of predictions that are not numbers, because the adaptation diverged for example.
  public let leftOut: Int

  /// Summarises the predictions after a number of steps.
  public init(_ tally: CalibrationTally, step: Int) {
    self.step = step
    calibration = Calibration(tally)
    leftOut = tally.leftOut
  }

  /// The member of results.json; a bin has no bounds, because all are equally wide.
  var json: JSON {
    .object([
      .init("step", .integer(step)), .init("predictions", .integer(calibration?.count ?? 0)), .init("leftOut", .integer(leftOut)),
      .init("expectedError", .optional(calibration?.expectedError)),
      .init("negativeLogLikelihood", .optional(calibration?.negativeLogLikelihood)),
      .init("brierScore", .optional(calibration?.brierScore)),
      .init(
        "bins",
        .array(
          (calibration?.bins ?? []).map { bin in
            .object([
              .init("count", .integer(bin.count)), .init("accuracy", .optional(bin.accuracy)),
              .init("confidence", .optional(bin.confidence)),
            ])
          })),
    ])
  }

  /// A bound for recorded numbers, so that their sums over runs do not overflow.
  private static let mostPredictions = 1 << 50

  /// Restores the calibration of a recorded mode; nil if there is none.
  init?(recordedIn mode: RecordReader) throws(RunRecordError) {
    guard !mode.isNull("calibration") else { return nil }
    let record = try mode.object("calibration")
    step = try record.count("step")
    leftOut = try record.count("leftOut")
    guard leftOut <= Self.mostPredictions else { throw record.fault("leftOut") }
    let recorded = try record.objects("bins")
    var bins: [Calibration.Bin] = []
    var sum = 0
    for (place, bin) in recorded.enumerated() {
      let count = try bin.count("count")
      guard count <= Self.mostPredictions - sum else { throw bin.fault("count") }
      sum += count
      bins.append(
        Calibration.Bin(
          place, of: recorded.count, count: count, accuracy: count == 0 ? nil : try bin.number("accuracy"),
          confidence: count == 0 ? nil : try bin.number("confidence")))
    }
    guard try record.count("predictions") == sum else { throw record.fault("predictions") }
    guard sum > 0 else {
      calibration = nil
      return
    }
    calibration = Calibration(
      expectedError: try record.number("expectedError"),
      negativeLogLikelihood: record.isNull("negativeLogLikelihood") ? .infinity : try record.number("negativeLogLikelihood"),
      brierScore: try record.number("brierScore"), bins: bins)
  }
}
