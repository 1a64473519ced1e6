import Tasks

extension TestExample {
  /// The name of the file in a run's folder.
  package static let fileName = "example.json"

  /// The record of the example.
  package var json: JSON {
    switch self {
    case .curves(let truth, let given, let fitted):
      func record(_ points: [FittedCurves.Point]) -> JSON {
        .object([.init("x", .array(points.map { .number($0.x) })), .init("y", .array(points.map { .number($0.y) }))])
      }
      return .object([
        .init("kind", .string("curves")), .init("truth", record(truth)), .init("given", record(given)),
        .init("fitted", .array(fitted.map { .object([.init("steps", .integer($0.steps)), .init("points", record($0.points))]) })),
      ])
    case .pictures(let support, let query, let steps):
      let first = support.first?.picture ?? query.first?.picture
      return .object([
        .init("kind", .string("pictures")), .init("steps", .integer(steps)), .init("width", .integer(first?.width ?? 0)),
        .init("height", .integer(first?.height ?? 0)), .init("channels", .integer(first?.channels ?? 0)),
        .init(
          "support",
          .array(support.map { .object([.init("label", .string($0.label)), .init("pixels", .string(hexadecimal($0.picture.pixels)))]) })),
        .init(
          "query",
          .array(
            query.map {
              .object([
                .init("label", .string($0.label)), .init("predicted", .string($0.predicted)),
                .init("pixels", .string(hexadecimal($0.picture.pixels))),
              ])
            })),
      ])
    }
  }

  /// Reads the example in a run's folder; nil without a sound one, because a report does without it.
  package init?(recordedIn folder: String) {
    guard let record = try? RecordReader(file: "\(folder)/\(Self.fileName)"), let example = try? Self(record) else { return nil }
    self = example
  }

  private init(_ record: RecordReader) throws(RunRecordError) {
    func points(_ record: RecordReader) throws(RunRecordError) -> [FittedCurves.Point] {
      let (x, y) = (try record.numbers("x"), try record.numbers("y"))
      guard x.count == y.count else { throw record.fault("y") }
      return zip(x, y).map { FittedCurves.Point(x: $0, y: $1) }
    }
    switch try record.string("kind") {
    case "curves":
      self = .curves(
        truth: try points(record.object("truth")), given: try points(record.object("given")),
        fitted: try record.objects("fitted").map { (curve) throws(RunRecordError) in
          FittedCurves.Curve(steps: try curve.count("steps"), points: try points(curve.object("points")))
        })
    case "pictures":
      let (width, height, channels) = (try record.count("width"), try record.count("height"), try record.count("channels"))
      guard (1...4096).contains(width), (1...4096).contains(height), [1, 3].contains(channels) else { throw record.fault("width") }
      func picture(_ item: RecordReader) throws(RunRecordError) -> Picture {
        guard let pixels = bytes(hexadecimal: try item.string("pixels")), pixels.count == width * height * channels else {
          throw item.fault("pixels")
        }
        return Picture(width: width, height: height, channels: channels, pixels: pixels)
      }
      self = .pictures(
        support: try record.objects("support").map { (item) throws(RunRecordError) in
          .init(picture: try picture(item), label: try item.string("label"))
        },
        query: try record.objects("query").map { (item) throws(RunRecordError) in
          .init(picture: try picture(item), label: try item.string("label"), predicted: try item.string("predicted"))
        }, steps: try record.count("steps"))
    default: throw record.fault("kind")
    }
  }
}

/// Bytes as text, two digits each.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The inverse of ``hexadecimal(_:)``; nil for other text.
private func bytes(hexadecimal text: String) -> [UInt8]? {
  let values = text.utf8.map { digit -> UInt8? in
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
  guard values.count.isMultiple(of: 2), !values.contains(nil) else { return nil }
  let digits = values.compactMap { $0 }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
