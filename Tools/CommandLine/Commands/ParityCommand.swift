import Evaluation
import Registry

extension Flag {
  static let tolerance = value(
    "tolerance", "X[,Y]", "Largest error that passes, in float64 and in float32 (default: 1e-8,1e-3); one number counts for both.")
  static let verbose = toggle("verbose", "Show every tensor.")
}

extension Command {
  /// Compares reference cases with what the code that trains computes.
  static let parity = Command(
    name: "parity", summary: "Compare reference cases with what the code that trains computes.",
    operand: Operand(placeholder: "FILE", count: .oneOrMore), flags: [.tolerance, .verbose],
    discussion: """
      FILE is a safetensors file that holds a case: its definition, its data, and query losses, adapted parameters and gradients of
      reference. Each is computed in float64 and in float32. Exit code 1 where one disagrees.
      """
  ) { arguments in
    let tolerances = try tolerances(arguments)
    var passed = 0
    for path in arguments.operands {
      let report = try parityReports(path: path, tolerances: tolerances)
      if report.passed { passed += 1 }
      // All tensors of what passes only where asked for.
      try Console.print(report.passed && !arguments.has(.verbose) ? "\(report.name): \(report.verdict)" : "\(report)")
    }
    try Console.print("\(passed) of \(arguments.operands.count) cases passed.")
    return passed == arguments.operands.count ? .done : .negativeFinding
  }

  private static func tolerances(_ arguments: Arguments) throws -> ParityTolerances {
    guard let texts = arguments.list(.tolerance) else { return ParityTolerances() }
    let numbers = texts.compactMap(Double.init).filter { $0 >= 0 && $0.isFinite }
    guard numbers.count == texts.count, (1...2).contains(texts.count) else {
      throw HyperparameterError.invalid(
        key: Flag.tolerance.spelling, found: texts.joined(separator: ","), expected: .real(0...(.infinity)))
    }
    return ParityTolerances(float64: numbers[0], float32: numbers[numbers.count - 1])
  }
}
