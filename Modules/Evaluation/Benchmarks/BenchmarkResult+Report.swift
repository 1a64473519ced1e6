import TensorCore

extension BenchmarkResult {
  /// One row for each workload: rates, memory, arithmetic, and the share of the limit.
  package static func table(_ results: [BenchmarkResult]) -> TextTable {
    var table = TextTable([
      "workload", "threads", "iterations/s", "start-up s", "peak MB", "necessary GFLOP", "performed GFLOP", "share of limit",
    ])
    for result in results {
      table.append([
        result.workload, "\(result.threads)", rounded(result.iterationsPerSecond), rounded(result.startUpSeconds),
        rounded(Double(result.peakBytes) / 1e6), rounded(result.necessaryOperations / 1e9), rounded(result.performedOperations / 1e9),
        "\(rounded(result.shareOfLimit * 100))%",
      ])
    }
    return table
  }

  /// The time per iteration by pass and kernel, the longest first; rows below 1/200 of the total are merged.
  package var profileTable: TextTable {
    var table = TextTable(["pass", "kernel", "µs/iteration", "share", "calls/iteration", "GFLOP/s"])
    let total = profile.reduce(0) { $0 + $1.seconds }
    let count = Double(max(profiledIterations, 1))
    func append(_ pass: String, _ kernel: String, _ seconds: Double, _ calls: Int, _ operations: Int) {
      let rate = operations > 0 ? Self.rounded(Double(operations) / seconds / 1e9) : ""
      table.append([
        pass, kernel, Self.rounded(seconds / count * 1e6), "\(Self.rounded(seconds / max(total, 1e-12) * 100))%",
        Self.rounded(Double(calls) / count), rate,
      ])
    }
    let (large, small) = (profile.filter { $0.seconds * 200 >= total }, profile.filter { $0.seconds * 200 < total })
    for row in large { append(row.pass.description, row.kernel, row.seconds, row.calls, row.operations) }
    if !small.isEmpty {
      append(
        "", "all others", small.reduce(0) { $0 + $1.seconds }, small.reduce(0) { $0 + $1.calls },
        small.reduce(0) { $0 + $1.operations })
    }
    append("", "together", total, profile.reduce(0) { $0 + $1.calls }, profile.reduce(0) { $0 + $1.operations })
    return table
  }

  /// The measurements as JSON.
  public var json: JSON {
    .object([
      .init("workload", .string(workload)), .init("threads", .integer(threads)),
      .init("iterationsPerSecond", .number(iterationsPerSecond)), .init("startUpSeconds", .number(startUpSeconds)),
      .init("peakBytes", .integer(peakBytes)), .init("necessaryOperations", .number(necessaryOperations)),
      .init("performedOperations", .number(performedOperations)), .init("peakRate", .number(peakRate)),
      .init("shareOfLimit", .number(shareOfLimit)), .init("lastLoss", .number(loss)),
      .init(
        "profile",
        .array(
          profile.map { row in
            .object([
              .init("pass", .string(row.pass.description)), .init("kernel", .string(row.kernel)),
              .init("secondsPerIteration", .number(row.seconds / Double(max(profiledIterations, 1)))),
              .init("callsPerIteration", .number(Double(row.calls) / Double(max(profiledIterations, 1)))),
              .init("operationsPerIteration", .number(Double(row.operations) / Double(max(profiledIterations, 1)))),
            ])
          })),
    ])
  }

  /// A number with up to two decimals from 1 on (none from 100 on), four decimals below 1, and five below 0.01.
  static func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let size = abs(value)
    let digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 4 : 5
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let text = "\((value * scale).rounded() / scale)"
    return digits == 0 && text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
