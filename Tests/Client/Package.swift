// swift-tools-version: 6.3
import PackageDescription

/// Products of the framework.
func products(_ names: String...) -> [Target.Dependency] { names.map { .product(name: $0, package: "swift-metalearning") } }

// A package as somebody else would write it: it sees only what is public, and takes no settings over.
let package = Package(
  name: "metalearning-client",
  platforms: [.macOS(.v15), .iOS(.v18)],
  dependencies: [.package(name: "swift-metalearning", path: "../..")],
  targets: [
    // Differentiates with the automatic differentiation alone.
    .executableTarget(name: "autograd-client", dependencies: products("Autograd", "TensorCore")),
    // Learns example weights and a penalty: bilevel optimisation without episodes.
    .executableTarget(name: "bilevel-client", dependencies: products("Algorithms", "Autograd", "Models", "TensorCore")),
    // Algorithms, an optimizer's rule and meta-losses of its own.
    .target(name: "ClientAlgorithms", dependencies: products("Algorithms", "Autograd", "Registry", "Tasks", "TensorCore")),
    // Runs the contract suite on them.
    .executableTarget(
      name: "algorithm-client",
      dependencies: ["ClientAlgorithms"] + products("AlgorithmContract", "Algorithms", "Models", "Registry", "Tasks", "TensorCore")),
    // The command line with them.
    .executableTarget(name: "client-tools", dependencies: ["ClientAlgorithms"] + products("CommandLineTool")),
  ]
)
