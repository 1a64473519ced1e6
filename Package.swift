// swift-tools-version: 6.3
import PackageDescription

/// One row per Swift module, bottom layer first: a module may depend only on rows above it.
///
/// `.ci/run` compares every `import` line of a module with its row.
let layers: [(name: String, dependencies: [Target.Dependency])] = [
  ("Registry", ["CSectionBounds"]),
  ("TensorCore", ["Registry", "CTensorKernels"]),
  ("Autograd", ["TensorCore", "Registry"]),
  ("Models", ["Autograd", "TensorCore", "Registry"]),
  ("Tasks", ["TensorCore", "Registry"]),
  ("Algorithms", ["Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
  ("Distributed", ["Algorithms", .target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
  ("AlgorithmContract", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
  ("Evaluation", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
]

/// One row per plug-in, an additional algorithm or data set, with the subfolders that belong to other targets.
///
/// A plug-in depends on modules only. It registers itself when `tools` links it.
let plugins: [(name: String, dependencies: [Target.Dependency], exclude: [String])] = [
  ("OmniglotTasks", ["Tasks", "TensorCore", "Registry", "CArchive", "CPng"], ["CArchive"]),
  ("ImageTasks", ["Tasks", "TensorCore", "Registry", "CPng", "CJpegReader"], ["CJpeg", "CJpegReader"]),
  ("TableTasks", ["Tasks", "TensorCore", "Registry"], []),
  ("StatisticalBaselines", ["Algorithms", "Tasks", "Models", "TensorCore", "Registry"], []),
  ("ANIL", ["Algorithms", "Registry"], []),
  ("BOIL", ["Algorithms", "Registry"], []),
  ("CAVIA", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("MetaCurvature", ["Algorithms", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("MAMLPlusPlus", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("ProtoMAML", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("Template", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("TNet", ["Algorithms", "Registry"], []),
  ("MetaRL", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("WarpGrad", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("PrototypicalNetworks", ["Algorithms", "Tasks", "Models", "Autograd", "Registry"], []),
  ("MatchingNetworks", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("R2D2", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("MetaOptNet", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("RelationNetworks", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("BayesianMAML", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("LEO", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("LSTMOptimizer", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("MetaLSTM", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
  ("SharpMAML", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"], []),
]

/// One row per test target, with its dependencies besides `_TestSupport`.
let tests: [(name: String, dependencies: [Target.Dependency])] = [
  ("RegistryTests", ["Registry"]),
  ("TensorCoreTests", ["TensorCore"]),
  ("AutogradTests", ["Autograd", "TensorCore"]),
  ("ModelsTests", ["Models", "Autograd", "TensorCore", "Registry"]),
  ("TasksTests", ["Tasks", "TensorCore", "Registry"]),
  ("OmniglotTasksTests", ["OmniglotTasks", "Tasks", "TensorCore"]),
  ("ImageTasksTests", ["ImageTasks", "Evaluation", "Tasks", "Algorithms", "Models", "TensorCore", "CJpeg"]),
  ("TableTasksTests", ["TableTasks", "Tasks", "TensorCore", "Registry"]),
  ("StatisticalBaselinesTests", ["StatisticalBaselines", "Algorithms", "Tasks", "Models", "TensorCore"]),
  (
    "MetricPluginTests",
    [
      "PrototypicalNetworks", "MatchingNetworks", "R2D2", "MetaOptNet", "RelationNetworks", "Algorithms", "Tasks", "Models", "Autograd",
      "TensorCore",
    ]
  ),
  (
    "GradientPluginTests",
    [
      "BayesianMAML", "LEO", "LSTMOptimizer", "MetaLSTM", "SharpMAML", "Algorithms", "Tasks", "Models", "Autograd", "TensorCore",
      "Registry",
    ]
  ),
  ("MetaRLTests", ["MetaRL", "Evaluation", "Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
  ("AlgorithmsTests", ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
  ("EvaluationTests", ["Evaluation", "Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]),
  (
    "RegisteredTests",
    ["AlgorithmContract", "Evaluation", "Algorithms", "Tasks", "Models", "Autograd", "Registry", "TensorCore"]
      // Whatever is a plug-in is registered in these tests.
      + plugins.map { .init(stringLiteral: $0.name) }
  ),
  ("ToolsTests", ["tools"]),
  ("FuzzTests", ["_Fuzz", "TensorCore"]),
]

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
/// `.squareRoot()` and similar functions need libm in debug builds on Linux if Foundation is not linked.
let mathLibrary: [LinkerSetting] = [.linkedLibrary("m", .when(platforms: [.linux]))]
let pluginDependencies: [Target.Dependency] = plugins.map { .init(stringLiteral: $0.name) }

let package = Package(
  name: "swift-metalearning",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: (layers.map(\.name) + plugins.map(\.name) + ["CommandLineTool"]).map { .library(name: $0, targets: [$0]) }
    + [.executable(name: "tools", targets: ["tools"])],
  traits: [
    .default(enabledTraits: ["Libxsmm"]),
    .trait(name: "Libxsmm", description: "Small matrix products by libxsmm (Debian's libxsmm-dev, amd64)."),
    .trait(name: "MPI", description: "Runs on several machines by MPI (Debian's libopenmpi-dev)."),
  ],
  targets: [
    .target(name: "CSectionBounds", path: "Modules/CSectionBounds"),
    .systemLibrary(name: "CLibxsmm", path: "Modules/CLibxsmm", providers: [.apt(["libxsmm-dev"])]),
    .target(
      name: "CTensorKernels",
      dependencies: [.target(name: "CLibxsmm", condition: .when(traits: ["Libxsmm"]))],
      path: "Modules/CTensorKernels",
      cSettings: [.define("TENSOR_KERNELS_LIBXSMM", .when(traits: ["Libxsmm"]))],
      linkerSettings: mathLibrary + [
        .linkedLibrary("xsmm", .when(traits: ["Libxsmm"])), .linkedLibrary("xsmmnoblas", .when(traits: ["Libxsmm"])),
      ]),
    .target(
      name: "CMPI", path: "Modules/CMPI", cSettings: [.define("CMPI_ENABLED", .when(traits: ["MPI"]))],
      linkerSettings: [.linkedLibrary("mpi", .when(traits: ["MPI"]))]),
    .systemLibrary(
      name: "CArchive", path: "Plugins/OmniglotTasks/CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CPng", path: "Modules/CPng", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJpeg", path: "Plugins/ImageTasks/CJpeg", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(
      name: "CJpegReader", dependencies: ["CJpeg"], path: "Plugins/ImageTasks/CJpegReader", linkerSettings: [.linkedLibrary("jpeg")]),
  ]
    + layers.map {
      .target(
        name: $0.name, dependencies: $0.dependencies, path: "Modules/\($0.name)", swiftSettings: settings, linkerSettings: mathLibrary)
    }
    + plugins.map {
      .target(
        name: $0.name, dependencies: $0.dependencies, path: "Plugins/\($0.name)", exclude: $0.exclude, swiftSettings: settings)
    }
    + [
      // `tools` links the plug-ins, not this library: the command line offers what its executable links.
      .target(
        name: "CommandLineTool",
        dependencies: ["AlgorithmContract", "Distributed", "Evaluation", "Algorithms", "Tasks", "Models", "TensorCore", "Registry"],
        path: "Tools/CommandLine",
        // What 'tools new' copies: links to the files of the plug-in Template.
        resources: ["algorithm", "model", "objective", "task"].map { .embedInCode("Templates/\($0).txt") }, swiftSettings: settings),
      .executableTarget(
        name: "tools", dependencies: ["CommandLineTool"] + pluginDependencies, path: "Tools/tools", swiftSettings: settings),
      // The readers of outside input, and an executable that feeds them damaged input.
      .target(
        name: "_Fuzz",
        dependencies: ["CommandLineTool", "Evaluation", "Algorithms", "Tasks", "TensorCore", "Registry"] + pluginDependencies,
        path: "Tests/Fuzz/Readers", swiftSettings: settings),
      .executableTarget(
        name: "fuzz", dependencies: ["_Fuzz", "Tasks", "TensorCore", "Registry"], path: "Tests/Fuzz/fuzz", swiftSettings: settings),
      .target(name: "_TestSupport", dependencies: ["TensorCore", "Tasks"], path: "Tests/_TestSupport", swiftSettings: settings),
    ]
    + tests.map {
      .testTarget(
        name: $0.name, dependencies: $0.dependencies + ["_TestSupport"], path: "Tests/\($0.name)", swiftSettings: settings)
    }
)
