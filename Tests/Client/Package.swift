// swift-tools-version: 6.3
import PackageDescription

/// Dependencies on products of the framework.
func products(_ names: String...) -> [Target.Dependency] { names.map { .product(name: $0, package: "swift-metalearning") } }

// A package as a user would write it: it sees only public declarations, and it does not inherit build settings.
let package = Package(
  name: "metalearning-client",
  platforms: [.macOS(.v15), .iOS(.v18)],
  dependencies: [.package(name: "swift-metalearning", path: "../..")],
  targets: [
    // Uses automatic differentiation alone.
    .executableTarget(name: "autograd-client", dependencies: products("Autograd", "TensorCore")),
    // Learns example weights and a penalty: bilevel optimisation without episodes.
    .executableTarget(name: "bilevel-client", dependencies: products("Algorithms", "Autograd", "Models", "TensorCore")),
    // Defines algorithms, an optimizer's rule and meta-losses.
    .target(name: "ClientAlgorithms", dependencies: products("Algorithms", "Autograd", "Registry", "Tasks", "TensorCore")),
    // Runs the contract suite on these algorithms.
    .executableTarget(
      name: "algorithm-client",
      dependencies: ["ClientAlgorithms"] + products("AlgorithmContract", "Algorithms", "Models", "Registry", "Tasks", "TensorCore")),
    // The command line with these algorithms.
    .executableTarget(name: "client-tools", dependencies: ["ClientAlgorithms"] + products("CommandLineTool")),
  ]
)
