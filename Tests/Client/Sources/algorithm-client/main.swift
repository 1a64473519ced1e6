import AlgorithmContract
import Algorithms
import Registry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The registry holds what is linked: the framework's algorithms and this package's own.
print("algorithms: \(AlgorithmRegistry.all.ids.joined(separator: ", "))")
do {
  let findings = contractFindings(for: try AlgorithmRegistry.type(of: "head-only"))
  for finding in findings { print(finding) }
  let failed = findings.count { !$0.passed }
  print("\(findings.count - failed) of \(findings.count) checks passed")
  if failed > 0 || findings.isEmpty || !AlgorithmRegistry.all.ids.contains("maml") { exit(1) }
} catch {
  print(error)
  exit(1)
}
