import Registry
import Testing

private struct Inner: Sendable {
  var learningRate = 0.01
  var steps = 5
}

private enum Kind: String, CaseIterable, Sendable {
  case sgd, momentum
  case adam = "adam-w"
}

private struct Settings: Sendable {
  var inner = Inner()
  var kind = Kind.sgd
  var isNested = false
  var folder = ""
  var limit = 3

  static let table =
    HyperparameterTable.nested(
      "inner", \.inner,
      HyperparameterTable<Inner>([
        .real("learningRate", \.learningRate, in: 0...1, "Step size."),
        .integer("steps", \.steps, in: 1 ... .max, "Steps."),
      ]))
    + HyperparameterTable<Settings>([
      .choice("kind", \.kind, "Optimizer."), .boolean("nested", \.isNested, "A switch."), .text("folder", \.folder, "A path."),
      .integer("limit", \.limit, in: -2...10, "A limit."),
    ])
}

@Suite struct HyperparameterTests {
  private func set(_ key: String, _ text: String) throws -> Settings {
    var settings = Settings()
    try Settings.table.set(key, to: text, in: &settings)
    return settings
  }

  @Test func `values of every type are set`() throws {
    #expect(try set("inner.learningRate", "0.5").inner.learningRate == 0.5)
    #expect(try set("inner.learningRate", "1e-3").inner.learningRate == 0.001)
    #expect(try set("inner.steps", "17").inner.steps == 17)
    #expect(try set("kind", "adam-w").kind == .adam)
    #expect(try set("nested", "true").isNested)
    #expect(try set("folder", "a b/c").folder == "a b/c")
    #expect(try set("limit", "-2").limit == -2)
  }

  @Test(arguments: [
    ("inner.learningRate", "fast"), ("inner.learningRate", "1.5"), ("inner.learningRate", "-0.1"), ("inner.learningRate", "nan"),
    ("inner.learningRate", "inf"), ("inner.learningRate", ""), ("inner.steps", "0"), ("inner.steps", "1.0"), ("inner.steps", "x"),
    ("inner.steps", "99999999999999999999"), ("kind", "adam"), ("kind", "SGD"), ("nested", "yes"), ("limit", "11"), ("limit", "-3"),
  ])
  func `a value of the wrong type or out of range is refused and changes nothing`(key: String, text: String) throws {
    let domain = try #require(Settings.table.entries.first { $0.key == key }).domain
    var settings = Settings()
    #expect(throws: HyperparameterError.invalid(key: key, found: text, expected: domain)) {
      try Settings.table.set(key, to: text, in: &settings)
    }
    #expect(Settings.table.values(of: settings).map(\.value) == Settings.table.values(of: Settings()).map(\.value))
  }

  @Test func `messages say what was found and what is expected`() {
    func message(_ key: String, _ text: String) -> String {
      do {
        _ = try set(key, text)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message("inner.steps", "0") == "inner.steps is '0', expected an integer of at least 1.")
    #expect(message("limit", "11") == "limit is '11', expected an integer from -2 to 10.")
    #expect(message("inner.learningRate", "2") == "inner.learningRate is '2', expected a number from 0.0 to 1.0.")
    #expect(message("kind", "x") == "kind is 'x', expected one of sgd, momentum, adam-w.")
    #expect(message("nested", "1") == "nested is '1', expected true or false.")
  }

  @Test func `an unknown key is answered with the nearest`() {
    let error = LookupError(kind: "hyperparameter", name: "inner.learningrate", known: Settings.table.keys)
    #expect(throws: HyperparameterError.unknown(error)) { try set("inner.learningrate", "1") }
    #expect(error.suggestion == "inner.learningRate")
  }

  @Test func `values print in a form that parses back`() throws {
    var settings = Settings()
    settings.inner = Inner(learningRate: 1.0 / 3, steps: 9)
    settings.kind = .adam
    settings.isNested = true
    settings.folder = "x"
    var copy = Settings()
    for (key, value) in Settings.table.values(of: settings) { try Settings.table.set(key, to: value.description, in: &copy) }
    #expect(Settings.table.values(of: copy).map(\.value) == Settings.table.values(of: settings).map(\.value))
    #expect(copy.inner.learningRate == 1.0 / 3)
  }

  @Test func `tables keep their order and can lose keys`() {
    #expect(Settings.table.keys == ["inner.learningRate", "inner.steps", "kind", "nested", "folder", "limit"])
    #expect(Settings.table.without("kind", "limit").keys == ["inner.learningRate", "inner.steps", "nested", "folder"])
  }

  @Test func `descriptions carry defaults`() {
    let descriptions = Settings.table.descriptions(defaults: Settings())
    #expect(
      descriptions[0]
        == HyperparameterDescription(
          key: "inner.learningRate", domain: .real(0...1), defaultValue: .real(0.01), meaning: "Step size."))
    #expect(descriptions.map(\.domain.typeName) == ["real", "integer", "choice", "boolean", "text", "integer"])
  }

  @Test func `two settings of one key trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = HyperparameterTable<Inner>([
        .integer("steps", \.steps, in: 0...1, ""), .integer("steps", \.steps, in: 0...1, ""),
      ])
    }
    await #expect(processExitsWith: .failure) { _ = Settings.table + Settings.table }
  }
}
