extension BenchmarkSweep {
  /// A table of the points with their residuals, and the fitted straight lines in words.
  package func report(_ points: [Point]) -> String {
    var table = TextTable(["\(workload.id): \(quantity.rawValue)", "ms/iteration"] + tailTitles)
    let (time, memory) = (line(points) { $0.seconds * 1e3 }, line(points) { Double($0.peakBytes) / 1e6 })
    for point in points {
      let peak = Double(point.peakBytes) / 1e6
      let tail: [String] =
        switch quantity {
        case .threads:
          Self.columns.map { column in point.speedUp.map { fixed(column.factor($0), 2) } ?? "" } + [BenchmarkResult.rounded(peak)]
        case .contention:
          Self.rates.map { rate in point.contention.map { BenchmarkResult.rounded(rate.value($0)) } ?? "" }
        case .iterations: [fixed(peak, 2), point.reservedBytes.map { fixed(Double($0) / 1e6, 2) } ?? ""]
        case .tasks, .queries, .steps:
          [residual(time, point.value, point.seconds * 1e3), BenchmarkResult.rounded(peak), residual(memory, point.value, peak)]
        }
      table.append(["\(point.value)", BenchmarkResult.rounded(point.seconds * 1e3)] + tail)
    }
    var text = table.text
    if [.tasks, .queries, .steps].contains(quantity) {
      text += words("time", "ms", time) + words("peak memory", "MB", memory)
    }
    return text
  }

  /// The measurements as JSON.
  package func json(_ points: [Point]) -> JSON {
    .object([
      .init("workload", .string(workload.id)), .init("quantity", .string(quantity.rawValue)), .init("threads", .integer(threads)),
      .init(
        "points",
        .array(
          points.map {
            .object(
              [
                .init("value", .integer($0.value)), .init("secondsPerIteration", .number($0.seconds)),
                .init("peakBytes", .integer($0.peakBytes)),
              ] + members($0.speedUp) + members($0.contention) + ($0.reservedBytes.map { [.init("reservedBytes", .integer($0))] } ?? []))
          })),
    ])
  }

  /// A column of a sweep over threads: its title, its name in JSON, and its values.
  private struct Column {
    let title: String
    let name: String
    let factor: @Sendable (SpeedUp) -> Double
  }

  private static let columns = [
    Column(title: "times one thread", name: "timesOneThread") { $0.iterations.median },
    Column(title: "undisturbed", name: "undisturbedTimesOneThread") { $0.iterations.undisturbed },
    Column(title: "equal parts", name: "equalPartsTimesOneThread") { $0.equalParts.median },
    Column(title: "these undisturbed", name: "undisturbedEqualPartsTimesOneThread") { $0.equalParts.undisturbed },
  ]

  private func members(_ gain: SpeedUp?) -> [JSON.Member] {
    guard let gain else { return [] }
    return [.init("undisturbedSecondsPerIteration", .number(gain.undisturbedSeconds))]
      + Self.columns.map { .init($0.name, .number($0.factor(gain))) }
  }

  /// A rate under contention: its title, its name in JSON, and its value.
  private struct Rate {
    let title: String
    let name: String
    let value: @Sendable (Contention) -> Double
  }

  private static let rates = [
    Rate(title: "one thread/s", name: "oneThreadPerSecond") { $0.oneThread },
    Rate(title: "all threads/s", name: "allThreadsPerSecond") { $0.allThreads },
    Rate(title: "adaptive/s", name: "adaptivePerSecond") { $0.adaptive },
    Rate(title: "active threads", name: "activeThreads") { $0.activeThreads },
  ]

  private func members(_ contention: Contention?) -> [JSON.Member] {
    guard let contention else { return [] }
    return Self.rates.map { .init($0.name, .number($0.value(contention))) }
  }

  private var tailTitles: [String] {
    switch quantity {
    case .threads: Self.columns.map(\.title) + ["peak MB"]
    case .contention: Self.rates.map(\.title)
    case .iterations: ["peak MB", "from the system MB"]
    case .tasks, .queries, .steps: ["from line", "peak MB", "from line"]
    }
  }

  private func line(_ points: [Point], _ y: (Point) -> Double) -> StraightLine? {
    StraightLine(points.map { (Double($0.value), y($0)) })
  }

  private func residual(_ line: StraightLine?, _ value: Int, _ measured: Double) -> String {
    guard let line else { return "" }
    let expected = line.offset + line.slope * Double(value)
    return "\(fixed((measured - expected) / measured * 100, 1))%"
  }

  private func words(_ what: String, _ unit: String, _ line: StraightLine?) -> String {
    guard let line else { return "" }
    let (offset, slope) = (BenchmarkResult.rounded(line.offset), BenchmarkResult.rounded(abs(line.slope)))
    let residual = fixed(line.largestResidual * 100, 1)
    return "\(what) = \(offset) \(line.slope < 0 ? "−" : "+") \(slope)·\(quantity.rawValue) \(unit), at most \(residual)% away\n"
  }
}
