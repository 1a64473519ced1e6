// swift-tools-version: 6.3
import PackageDescription

/// Dependencies on products of the framework.
func products(_ names: String...) -> [Target.Dependency] { names.map { .product(name: $0, package: "swift-metalearning") } }

// A package as a user would write it: it sees only public declarations, and it does not inherit build settings.
let package = Package(
  name: "metalearning-client",
  platforms: [.macOS(.v15), .iOS(.v18)],
  traits: [.default(enabledTraits: ["Libxsmm"]), .trait(name: "Libxsmm", description: "The framework's trait of this name.")],
  dependencies: [
    .package(
      name: "swift-metalearning", path: "../..", traits: [.trait(name: "Libxsmm", condition: .when(traits: ["Libxsmm"]))])
  ],
  targets: [
    // Uses automatic differentiation alone.
    .executableTarget(name: "autograd-client", dependencies: products("Autograd", "TensorCore")),
    // Learns example weights and a penalty: bilevel optimisation without episodes.
    .executableTarget(name: "bilevel-client", dependencies: products("Algorithms", "Autograd", "Models", "TensorCore")),
    // Defines algorithms, an optimizer's rule and meta-losses.
    .target(name: "ClientAlgorithms", dependencies: products("Algorithms", "Autograd", "Models", "Registry", "Tasks", "TensorCore")),
    // Runs the contract suite on these algorithms.
    .executableTarget(
      name: "algorithm-client",
      dependencies: ["ClientAlgorithms"] + products("AlgorithmContract", "Algorithms", "Models", "Registry", "Tasks", "TensorCore")),
    // Adapts a checkpoint that it ships to new tasks, without meta-training.
    .executableTarget(
      name: "adaptor-client", dependencies: products("Evaluation", "Tasks", "TensorCore"),
      resources: [.embedInCode("checkpoint.safetensors")]),
    // The command line with these algorithms.
    .executableTarget(name: "client-tools", dependencies: ["ClientAlgorithms"] + products("CommandLineTool")),
  ]
)
