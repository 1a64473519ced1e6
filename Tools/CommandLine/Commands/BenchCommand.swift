import Evaluation
import Registry
import TensorCore

extension Flag {
  static let everyWorkload = toggle("all", "Run all workloads.")
  static let seconds = value("seconds", "S", "Seconds to measure each workload, after the warm-up (default: 5).", in: .real(0.01...3600))
  static let profile = toggle("profile", "Also print the time per pass and kernel.")
  static let benchMemory = toggle("memory", "Estimate the peak memory before the first step, and measure it.")
  static let limit = value("limit", "LIMIT", "Cut shards, threads and graphs so that tensors take no more than LIMIT, such as 128MB.")
  static let precision = value(
    "precision", "NAME", "Products in float32 or bfloat16 (default: float32).", in: .choice(ProductPrecision.allCases.map(\.rawValue)))
  static let sweep = value(
    "sweep", "QUANTITY", "Measure how time and peak memory grow with a quantity, and fit lines.",
    in: .choice(BenchmarkSweep.Quantity.allCases.map(\.rawValue)))
}

extension Command {
  /// Times meta-training on synthetic tasks.
  static let bench = Command(
    name: "bench", summary: "Time meta-training on synthetic tasks.",
    operand: Operand(placeholder: "WORKLOAD", count: .any),
    flags: [.everyWorkload, .seconds, .threads, .precision, .profile, .sweep, .benchMemory, .limit, .json],
    discussion: """
      Measures meta-iterations per second of the meta-trainer in steady state, with a pool of 16 meta-batches. The limit is the rate at
      which the necessary matrix products of an iteration would run at the machine's best product rate, measured in the same run with
      all threads. Convolutions by 3×3 filters perform fewer products than are necessary by the definition, so that the share of the limit
      can exceed 1; the limit is that of float32, also with --precision bfloat16.

      A sweep measures each workload at several values of a quantity, three times in turn, and takes the medians. The lines are fitted
      by least squares of relative distances.

      --sweep iterations reads peak memory early and late in one run, and the memory obtained from the system, including what is
      kept for reuse.

      --sweep threads alternates between numbers of threads in rounds of a tenth of a second, or one iteration if that takes longer.
      It prints the median speed-up over one thread, and the speed-up of the fastest hundredth of the iterations, which nothing else
      disturbed. For comparison it prints the same for steps of equal length that consist of small matrix products only, in about as
      many equal parts as there are shards: what the machine can give.

      --sweep contention compares one thread, all threads, and as many as the trainer finds fastest, on the quiet machine and beside
      a busy loop that takes a core. Without --threads and --sweep, the trainer chooses as in a run; with --threads, all take part.

      --memory measures one shard, estimates the peak memory of tensors from it as 'run --memory' does, and compares with the peak of a few
      steps. The pool of tasks counts. With --limit, it has one meta-batch only.

      Workloads: \(Workload.ids.joined(separator: ", ")).
      """
  ) { arguments in
    let ids = arguments.has(.everyWorkload) ? Workload.ids : arguments.operands
    guard !ids.isEmpty else { throw UsageError.emptySelection(kind: "workload") }
    let precision = arguments.text(.precision).flatMap(ProductPrecision.init) ?? .float32
    var workloads = try ids.map { try Workload.named($0).multiplying(in: precision) }
    var threads = min(arguments.integer(.threads) ?? .max, Processors.allowed)
    let seconds = arguments.real(.seconds) ?? 5
    if let text = arguments.text(.limit) {
      guard workloads.count == 1 else { throw UsageError.oneWorkload(.limit, found: workloads.count) }
      if arguments.has(.sweep) { throw UsageError.exclusiveFlags(.sweep, .limit) }
      let fitted = try workloads[0].fitted(to: ByteCount(text, key: Flag.limit.spelling), threads: threads)
      (workloads, threads) = ([fitted.workload], fitted.threads)
      Console.note("\(fitted.workload.id): \(fitted.note)")
    }
    if let quantity = arguments.text(.sweep).flatMap(BenchmarkSweep.Quantity.init) {
      if arguments.has(.profile) { throw UsageError.exclusiveFlags(.sweep, .profile) }
      if arguments.has(.benchMemory) { throw UsageError.exclusiveFlags(.sweep, .benchMemory) }
      return try sweep(workloads, over: quantity, threads: threads, seconds: seconds, asJSON: arguments.has(.json))
    }
    if arguments.has(.benchMemory) {
      if arguments.has(.profile) { throw UsageError.exclusiveFlags(.benchMemory, .profile) }
      let all = try workloads.map { try BenchmarkMemory($0, threads: threads) }
      try Console.print(arguments.has(.json) ? JSON.array(all.map(\.json)).line : BenchmarkMemory.table(all).text)
      return .success
    }
    let peak = try ProductPeak.measure(threads: threads)
    var results: [BenchmarkResult] = []
    for workload in workloads {
      Console.note("\(workload.id): \(workload.summary)")
      let result = try Benchmark(workload, threads: threads, seconds: seconds, adapts: !arguments.has(.threads))
        .run(peakRate: peak, profiled: arguments.has(.profile))
      results.append(result)
      if arguments.has(.profile), !arguments.has(.json) { try Console.print("\(workload.id)\n\(result.profileTable.text)") }
    }
    if arguments.has(.json) {
      try Console.print(JSON.array(results.map(\.json)).line)
    } else {
      let limit = "Products at most \((peak / 1e9).fixed(0)) GFLOP/s with \(threads) thread\(threads == 1 ? "" : "s")."
      try Console.print("\(limit)\n\n\(BenchmarkResult.table(results).text)")
    }
    return .success
  }

  private static func sweep(
    _ workloads: [Workload], over quantity: BenchmarkSweep.Quantity, threads: Int, seconds: Double, asJSON: Bool
  ) throws -> ExitCode {
    let sweeps = workloads.map { (workload: $0, sweep: BenchmarkSweep($0, quantity, threads: threads, seconds: seconds)) }
    guard sweeps.contains(where: { $0.sweep != nil }) else { throw UsageError.nothingToSweep(quantity: quantity.rawValue) }
    var results: [JSON] = []
    for (workload, sweep) in sweeps {
      guard let sweep else {
        Console.note("\(workload.id) is left out: it cannot be swept over \(quantity.rawValue).")
        continue
      }
      Console.note("\(workload.id): \(quantity.rawValue) \(sweep.values.map(String.init).joined(separator: ", "))")
      let points = try sweep.run()
      results.append(sweep.json(points))
      if !asJSON { try Console.print(sweep.report(points)) }
    }
    if asJSON { try Console.print(JSON.array(results).line) }
    return .success
  }
}
