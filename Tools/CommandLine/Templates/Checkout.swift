import Evaluation
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A checkout of this framework, into which or for which templates are copied.
struct Checkout {
  private let path: String
  private let manifest: String

  private static let (plugins, tests) = ("let plugins: [(name: String", "let tests: [(name: String")

  /// Finds the framework in a folder.
  ///
  /// - Throws: ``ScaffoldError/noCheckout(path:)``
  init(_ path: String) throws(ScaffoldError) {
    self.path = path
    guard let bytes = try? AtomicFile.read("\(path)/Package.swift") else { throw .noCheckout(path: path) }
    manifest = String(decoding: bytes, as: UTF8.self)
    guard manifest.contains(Self.plugins), manifest.contains(Self.tests) else { throw .noCheckout(path: path) }
  }

  /// Writes a plug-in with its test, and adds their rows to Package.swift.
  ///
  /// - Throws: ``ScaffoldError``; nothing is written over.
  func writePlugin(of template: Template) throws(ScaffoldError) {
    let name = template.name
    guard !manifest.contains("\"\(name)\"") else { throw .known(name: name, path: "\(path)/Package.swift") }
    let folders = ["\(path)/Plugins/\(name)", "\(path)/Tests/\(name)Tests"]
    for folder in folders where !isFree(folder) { throw .exists(path: folder) }
    func list(_ modules: [String]) -> String { modules.map { "\"\($0)\"" }.joined(separator: ", ") }
    let row = "  (\"\(name)\", [\(list(template.kind.modules))], []),\n"
    let test = "  (\"\(name)Tests\", [\(list([name] + template.kind.testModules))]),\n"
    guard let added = adding(row, to: Self.plugins, in: manifest), let whole = adding(test, to: Self.tests, in: added) else {
      throw .noCheckout(path: path)
    }
    try write(template.source, to: "\(folders[0])/\(name).swift")
    try write(template.test, to: "\(folders[1])/\(name)Tests.swift")
    try write(whole, to: "\(path)/Package.swift")
  }

  /// Writes a package with the copy, its test, and an executable with the whole command line.
  ///
  /// - Throws: ``ScaffoldError``; the folder is new or empty.
  func writePackage(of template: Template, into folder: String) throws(ScaffoldError) {
    guard isFree(folder) else { throw .exists(path: folder) }
    let (name, tools) = (template.name, template.toolsName)
    try write(package(of: template), to: "\(folder)/Package.swift")
    try write(template.source, to: "\(folder)/Sources/\(name)/\(name).swift")
    try write("import CommandLineTool\n\nCommandLineTool.main()\n", to: "\(folder)/Sources/\(tools)/main.swift")
    try write(template.test, to: "\(folder)/Tests/\(name)Tests/\(name)Tests.swift")
    try write(".build/\n", to: "\(folder)/.gitignore")
  }

  /// The manifest of a package; its executable links the plug-ins of this framework too.
  private func package(of template: Template) -> String {
    let (name, tools) = (template.name, template.toolsName)
    func products(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
    return """
      // swift-tools-version: 6.3
      import PackageDescription

      /// Dependencies on products of the framework.
      func products(_ names: String...) -> [Target.Dependency] { names.map { .product(name: $0, package: "swift-metalearning") } }

      let package = Package(
        name: "\(template.id)",
        platforms: [.macOS(.v15), .iOS(.v18)],
        traits: [.default(enabledTraits: ["Libxsmm"]), .trait(name: "Libxsmm", description: "The framework's trait of this name.")],
        dependencies: [
          .package(
            name: "swift-metalearning", path: "\(absolutePath)", traits: [.trait(name: "Libxsmm", condition: .when(traits: ["Libxsmm"]))])
        ],
        targets: [
          .target(name: "\(name)", dependencies: products(\(products(template.kind.modules)))),
          .executableTarget(
            name: "\(tools)",
            dependencies: ["\(name)"] + products("CommandLineTool", \(products(pluginNames)))),
          .testTarget(name: "\(name)Tests", dependencies: ["\(name)"] + products(\(products(template.kind.testModules)))),
        ]
      )

      """
  }

  /// The plug-ins of the framework, in the order of its manifest.
  private var pluginNames: [String] {
    guard let start = manifest.firstRange(of: Self.plugins)?.upperBound, let end = manifest[start...].firstRange(of: "\n]")?.lowerBound
    else {
      return []
    }
    return manifest[start..<end].split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
      return parts.count > 2 && parts[0] == "  (" && parts[1] != "Template" ? String(parts[1]) : nil
    }
  }

  /// The path of the framework, which a package in another folder needs.
  private var absolutePath: String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The manifest with a row at the end of a list; nil if the list does not end as expected.
  private func adding(_ row: String, to list: String, in text: String) -> String? {
    guard let start = text.firstRange(of: list)?.upperBound, let end = text[start...].firstRange(of: "\n]")?.lowerBound else { return nil }
    return text[..<end] + "\n" + row.dropLast() + text[end...]
  }

  /// True if nothing is at the path, or an empty folder.
  private func isFree(_ path: String) -> Bool {
    !exists(path) || isFolder(path) && AtomicFile.names(in: path).allSatisfy { $0 == "." || $0 == ".." }
  }

  private func write(_ text: String, to file: String) throws(ScaffoldError) {
    if let slash = file.lastIndex(of: "/"), let code = makeFolder(String(file[..<slash])) {
      throw .folder(.unwritable(path: String(file[..<slash]), code: code))
    }
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: file)
    } catch { throw .folder(error) }
  }
}
