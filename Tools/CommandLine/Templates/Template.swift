import Algorithms
import Models
import Registry
import Tasks

/// A copy of a template with a name of its own.
struct Template: Sendable {
  /// What a template is.
  enum Kind: String, Sendable, CaseIterable {
    case algorithm, task, model, objective

    /// The type in the template's file.
    fileprivate var type: String {
      switch self {
      case .algorithm: "Template"
      case .task: "TemplateTask"
      case .model: "TemplateModel"
      case .objective: "TemplateObjective"
      }
    }
    /// The id in the template's file.
    fileprivate var id: String { self == .algorithm ? "template" : "template-\(rawValue)" }

    /// The template's file.
    ///
    /// It is the source of the plug-in Template, so that the compiler and the contract suite check it.
    fileprivate var bytes: [UInt8] {
      switch self {
      case .algorithm: PackageResources.algorithm_txt
      case .task: PackageResources.task_txt
      case .model: PackageResources.model_txt
      case .objective: PackageResources.objective_txt
      }
    }

    /// Ids that are registered.
    fileprivate var ids: [String] {
      switch self {
      case .algorithm: AlgorithmRegistry.all.ids
      case .task: TaskRegistry.all.ids
      case .model: ModelRegistry.all.ids
      case .objective: ObjectiveRegistry.all.ids
      }
    }

    /// The modules that a copy imports.
    var modules: [String] {
      switch self {
      case .algorithm: ["Algorithms", "Tasks", "Models", "Autograd", "TensorCore", "Registry"]
      case .task: ["Tasks", "TensorCore", "Registry"]
      case .model: ["Models", "Autograd", "TensorCore", "Registry"]
      case .objective: ["Algorithms", "Tasks", "Autograd", "Registry"]
      }
    }

    /// The modules that the test of a copy imports.
    var testModules: [String] {
      switch self {
      case .algorithm: ["AlgorithmContract"]
      case .task: ["Tasks", "TensorCore"]
      case .model: ["Models", "Autograd", "TensorCore"]
      case .objective: ["AlgorithmContract", "Algorithms"]
      }
    }
  }

  let kind: Kind
  /// The name of the type, such as "FlatMAML".
  let name: String
  /// The id, such as "flat-maml".
  var id: String { Self.id(of: name) }
  /// The executable of a package.
  var toolsName: String { "\(id)-tools" }

  /// Names a copy.
  ///
  /// - Throws: ``ScaffoldError`` for a name that is no type's, or whose id is registered.
  init(_ kind: Kind, name: String) throws(ScaffoldError) {
    let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    guard let first = name.first, letters.contains(first), first.isUppercase, name.utf8.count <= 60,
      name.allSatisfy({ letters.contains($0) || "0123456789".contains($0) }), !["Any", "Protocol", "Self", "Type"].contains(name)
    else { throw .name(name) }
    guard !kind.ids.contains(Self.id(of: name)) else { throw .taken(kind: kind.rawValue, id: Self.id(of: name)) }
    self.kind = kind
    self.name = name
  }

  /// Words in lower case with hyphens between them; several capitals in a row are one word.
  private static func id(of name: String) -> String {
    let letters = Array(name)
    return letters.indices.reduce(into: "") { text, place in
      let letter = letters[place]
      let follows = place > 0 && (letters[place - 1].isLowercase || letters[place - 1].isNumber)
      let begins = place > 0 && place + 1 < letters.count && letters[place - 1].isUppercase && letters[place + 1].isLowercase
      if letter.isUppercase, follows || begins { text += "-" }
      text += letter.lowercased()
    }
  }

  /// The source of the copy.
  var source: String {
    var text = String(decoding: kind.bytes, as: UTF8.self)
    text = Self.replacing("\"\(kind.id)\"", by: "\"\(id)\"", in: text)
    text = Self.replacing("\"Template: ", by: "\"\(name): ", in: text)
    return Self.replacing(kind.type, by: name, in: text)
  }

  private static func replacing(_ old: String, by new: String, in text: String) -> String {
    var (result, rest) = ("", text[...])
    while let range = rest.firstRange(of: old) {
      result += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  /// The command that tries the copy.
  var command: String {
    switch kind {
    case .algorithm: "check \(id)"
    case .task: "run maml --task \(id) --iterations 1000"
    case .model: "run maml --task sinusoid --model \(id) --iterations 1000"
    case .objective: "run maml --task sinusoid --set objective=\(id) --iterations 1000"
    }
  }

  /// A test of the copy.
  var test: String {
    let imports = (kind.testModules + [name, "Testing"]).sorted().map { "import \($0)\n" }.joined()
    return imports + "\n@Suite struct \(name)Tests {\n\(testBody)}\n"
  }

  private var testBody: String {
    switch kind {
    case .algorithm:
      """
        @Test func `it keeps the contract`() {
          for finding in contractFindings(for: \(name).self) where !finding.passed { Issue.record("\\(finding)") }
        }

      """
    case .objective:
      """
        @Test func `MAML keeps the contract with it`() {
          let findings = contractFindings(for: MAML.self, settings: [("objective", "\(id)")])
          for finding in findings where !finding.passed { Issue.record("\\(finding)") }
        }

      """
    case .task:
      """
        @Test func `a task has the shapes of its signature, and its number decides it`() {
          let tasks = \(name)()
          let (first, again) = (tasks.episode(3, in: .metaTest, seed: 1), tasks.episode(3, in: .metaTest, seed: 1))
          let signature = tasks.signature
          #expect(first.support.inputs.shape == signature.inputShape.inserting(signature.supportCount, at: 0))
          #expect(first.query.inputs.shape == signature.inputShape.inserting(signature.queryCount, at: 0))
          #expect(first.query.inputs.doubles == again.query.inputs.doubles)
        }

      """
    case .model:
      """
        @Test func `outputs have the shape that the tasks ask for`() throws {
          var model = \(name)()
          try model.configure(inputShape: [3], outputs: 2)
          let parameters = model.initialParameters(from: RandomStream(seed: 1)).map { Variable(constant: $0.expanded(over: 4)) }
          let outputs = model(Variable(constant: .ones([4, 5, 3])), parameters, normalisation: .wholeBatch)
          #expect(outputs.shape == [4, 5, 2])
        }

      """
    }
  }
}
