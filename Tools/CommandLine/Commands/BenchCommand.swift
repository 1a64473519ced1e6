import Evaluation
import Registry

extension Flag {
  static let everyWorkload = toggle("all", "All workloads, in the order of the table.")
  static let seconds = value("seconds", "S", "Seconds of steady state of each workload (default: 5).", in: .real(0.01...3600))
  static let profile = toggle("profile", "Also print where an iteration's time goes, by pass and kernel.")
}

extension Command {
  /// Times meta-training on synthetic tasks.
  static let bench = Command(
    name: "bench", summary: "Time meta-training on synthetic tasks.",
    operand: Operand(placeholder: "WORKLOAD", count: .any), flags: [.everyWorkload, .seconds, .threads, .profile, .json],
    discussion: """
      Steady-state meta-iterations a second of the real meta-trainer, from a pool of 16 meta-batches. The limit is the rate at which
      the products that an iteration cannot do without would run at the machine's best product rate, measured in the same run with
      all threads busy.

      Workloads: \(Workload.ids.joined(separator: ", ")).
      """
  ) { arguments in
    let ids = arguments.has(.everyWorkload) ? Workload.ids : arguments.operands
    guard !ids.isEmpty else { throw UsageError.emptySelection(kind: "workload") }
    for id in ids { _ = try Workload.named(id) }
    let threads = arguments.integer(.threads) ?? Host.cores
    let seconds = arguments.real(.seconds) ?? 5
    let peak = try ProductPeak.measure(threads: threads)
    var results: [BenchmarkResult] = []
    for id in ids {
      Console.note("\(id): \(try Workload.named(id).summary)")
      let result = try Benchmark(Workload.named(id), threads: threads, seconds: seconds)
        .run(peakRate: peak, profiled: arguments.has(.profile))
      results.append(result)
      if arguments.has(.profile), !arguments.has(.json) { try Console.print("\(id)\n\(result.profileTable.text)") }
    }
    if arguments.has(.json) {
      try Console.print(JSON.array(results.map(\.json)).line)
    } else {
      try Console.print(
        "Products at most \((peak / 1e9).fixed(0)) GFLOP/s with \(threads) threads.\n\n\(BenchmarkResult.table(results).text)")
    }
    return .done
  }
}
