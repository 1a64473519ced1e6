import Registry
import Testing

private struct Ridge: Configurable {
  static let id = "ridge"
  static let hyperparameters = HyperparameterTable<Ridge>([
    .real("strength", \.strength, in: 0...10, "How strong."), .boolean("centred", \.isCentred, "A switch."),
  ])
  var strength = 0.5
  var isCentred = false
}

private struct Tree: Configurable {
  static let id = "tree"
  static let hyperparameters = HyperparameterTable<Tree>([
    .integer("depth", \.depth, in: 1...9, "How deep."), .real("strength", \.strength, in: 0...1, "How strong, in another range."),
  ])
  var depth = 3
  var strength = 0.25
}

/// A type with a choice among its settings.
private struct Owner: Sendable {
  var method = Selection(Ridge.self)
  static let table = HyperparameterTable<Owner>.flattened(
    \.method, Selection.hyperparameters("method", among: [Ridge.self, Tree.self], "What is chosen."))
}

@Suite struct SelectionTests {
  private func made(_ settings: (String, String)...) throws -> Owner {
    var owner = Owner()
    for (key, text) in settings { try Owner.table.set(key, to: text, in: &owner) }
    return owner
  }

  @Test func `the settings are the choice and those of every type`() {
    #expect(Owner.table.keys == ["method", "method.strength", "method.centred", "method.depth"])
    #expect(Owner.table.entries.map(\.domain) == [.choice(["ridge", "tree"]), .real(0...10), .boolean, .integer(1...9)])
    #expect(Owner.table.entries[0].meaning == "What is chosen.")
  }

  @Test func `a choice has its type's defaults`() throws {
    let ridge = try Owner().method.value(of: Ridge.self)
    #expect(ridge.strength == 0.5 && !ridge.isCentred)
    #expect(try made(("method", "tree")).method.id == "tree")
  }

  @Test func `choice and settings may come in any order`() throws {
    let first = try made(("method", "tree"), ("method.depth", "7"), ("method.strength", "0.75"))
    let second = try made(("method.strength", "0.75"), ("method.depth", "7"), ("method", "tree"))
    #expect(first.method == second.method && first.method.hashValue == second.method.hashValue)
    for owner in [first, second] {
      let tree = try owner.method.value(of: Tree.self)
      #expect(tree.depth == 7 && tree.strength == 0.75)
    }
    #expect(try made(("method.depth", "6")).method != made(("method.depth", "7")).method)
  }

  @Test func `settings that the chosen type does not declare have no effect`() throws {
    let ridge = try made(("method.depth", "7"), ("method.centred", "true")).method.value(of: Ridge.self)
    #expect(ridge.strength == 0.5 && ridge.isCentred)
  }

  @Test func `an unknown key or choice is refused`() throws {
    #expect(throws: HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: "method.dept", known: Owner.table.keys))) {
      try made(("method.dept", "7"))
    }
    #expect(throws: HyperparameterError.invalid(key: "method", found: "forest", expected: .choice(["ridge", "tree"]))) {
      try made(("method", "forest"))
    }
    var selection = Selection(Tree.self)
    #expect(throws: HyperparameterError.unknown(LookupError(kind: "hyperparameter", name: "dept", known: ["depth", "strength"]))) {
      try selection.set("dept", to: "7", of: Tree.self)
    }
    #expect(selection == Selection(Tree.self))
  }

  @Test func `a value out of range is refused, by the chosen type's range in the end`() throws {
    #expect(throws: HyperparameterError.invalid(key: "method.depth", found: "10", expected: .integer(1...9))) {
      try made(("method.depth", "10"))
    }
    let owner = try made(("method.strength", "5"), ("method", "tree"))
    #expect(throws: HyperparameterError.invalid(key: "strength", found: "5.0", expected: .real(0...1))) {
      try owner.method.value(of: Tree.self)
    }
    #expect(try owner.method.value(of: Ridge.self).strength == 5)
    var selection = Selection(Tree.self)
    #expect(throws: HyperparameterError.invalid(key: "strength", found: "5", expected: .real(0...1))) {
      try selection.set("strength", to: "5", of: Tree.self)
    }
    try selection.set("strength", to: "1", of: Tree.self)
    #expect(try selection.value(of: Tree.self).strength == 1)
  }

  @Test func `values read back as made, or as the defaults`() throws {
    func shown(_ owner: Owner) -> [HyperparameterValue] { Owner.table.values(of: owner).map(\.value) }
    #expect(shown(Owner()) == [.text("ridge"), .real(0.5), .boolean(false), .integer(3)])
    let owner = try made(("method", "tree"), ("method.depth", "7"), ("method.strength", "0.125"))
    #expect(shown(owner) == [.text("tree"), .real(0.125), .boolean(false), .integer(7)])
    var copy = Owner()
    for (key, value) in Owner.table.values(of: owner) { try Owner.table.set(key, to: value.description, in: &copy) }
    #expect(shown(copy) == shown(owner))
    #expect(try copy.method.value(of: Tree.self).depth == 7)
  }
}
