// swift-tools-version: 6.3
import PackageDescription

// A package as somebody else would write it: it sees only what is public, and takes no settings over.
let package = Package(
  name: "metalearning-client",
  platforms: [.macOS(.v15), .iOS(.v18)],
  dependencies: [.package(name: "swift-metalearning", path: "../..")],
  targets: [
    // Differentiates with the automatic differentiation alone.
    .executableTarget(
      name: "autograd-client",
      dependencies: [
        .product(name: "Autograd", package: "swift-metalearning"), .product(name: "TensorCore", package: "swift-metalearning"),
      ]),
    // Adds an algorithm of its own and runs the contract suite on it.
    .executableTarget(
      name: "algorithm-client",
      dependencies: [
        .product(name: "AlgorithmContract", package: "swift-metalearning"),
        .product(name: "Algorithms", package: "swift-metalearning"),
        .product(name: "Autograd", package: "swift-metalearning"), .product(name: "Models", package: "swift-metalearning"),
        .product(name: "Registry", package: "swift-metalearning"), .product(name: "Tasks", package: "swift-metalearning"),
        .product(name: "TensorCore", package: "swift-metalearning"),
      ]),
  ]
)
