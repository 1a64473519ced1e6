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

/// A number of samples, fixed or drawn.
private struct Samples: Sendable {
  var most = 5
  var least: Int?
  static let table = HyperparameterTable<Samples>([.count("shots", \.most, least: \.least, in: 1...100, "Samples.")])
}

@Suite struct HyperparameterTests {
  @Test(arguments: [("7", 7, nil, "7"), ("1...20", 20, 1, "1...20"), ("100...100", 100, nil, "100")] as [(String, Int, Int?, String)])
  func `a count is a number or a range`(text: String, most: Int, least: Int?, written: String) throws {
    var samples = Samples()
    samples.least = 2
    try Samples.table.set("shots", to: text, in: &samples)
    #expect(samples.most == most && samples.least == least)
    #expect(Samples.table.descriptions(defaults: samples)[0].defaultValue.description == written)
  }

  @Test(arguments: ["0", "101", "0...5", "5...101", "6...5", "1..5", "1...", "...5", "a...b", "1...2...3", "", "1.5"])
  func `a count out of range is refused`(text: String) {
    var samples = Samples()
    let error = #expect(throws: HyperparameterError.self) { try Samples.table.set("shots", to: text, in: &samples) }
    #expect(error.map { "\($0)" }?.contains("an integer from 1 to 100, or a range such as 1...20") == true)
  }

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

private struct Lists: Sendable {
  var names: [String] = []
  var weights: [String] = ["0.5"]
  var colour = "red"
  var scale = 2.0
  var part = Inner()

  static let table =
    HyperparameterTable<Lists>([
      .list("names", \.names, of: .text, "Texts."), .list("weights", \.weights, of: .real(0...1), "Numbers."),
      .openChoice("colour", \.colour, among: ["red", "green"], "Of a registry."),
      Hyperparameter("percent", in: .real(0...1000), "In a form of its own.") {
        .real(100 * $0.scale)
      } write: { root, value in
        if case .real(let number) = value { root.scale = number / 100 }
      },
    ])
    + .flattened(\.part, HyperparameterTable<Inner>([.integer("steps", \.steps, in: 1...9, "Steps.")]))
}

/// Settings of other kinds.
@Suite struct HyperparameterKindTests {
  private func set(_ key: String, _ text: String) throws -> Lists {
    var lists = Lists()
    try Lists.table.set(key, to: text, in: &lists)
    return lists
  }

  @Test(arguments: [("", []), ("a", ["a"]), ("a,b c,d", ["a", "b c", "d"])])
  func `a list is read from a text with commas`(text: String, expected: [String]) throws {
    let lists = try set("names", text)
    #expect(lists.names == expected)
    let shown = Lists.table.values(of: lists)[0].value
    #expect(shown == .text(text))
    #expect(try set("names", shown.description).names == expected)
  }

  @Test func `every element of a list is of its domain`() throws {
    #expect(try set("weights", "0,1,0.25").weights == ["0", "1", "0.25"])
    #expect(try set("weights", "").weights == [])
    for text in ["2", "0.5,2", "a", "0.5,,0.5", "0.5,", ",", "0.5, 1", "nan"] {
      #expect(throws: HyperparameterError.invalid(key: "weights", found: text, expected: .list(.real(0...1)))) { try set("weights", text) }
    }
  }

  @Test func `lists say what they take`() {
    let domain = HyperparameterDomain.list(.integer(1...3))
    #expect(domain.typeName == "list")
    #expect(domain.description == "a list separated by commas, each an integer from 1 to 3")
    #expect(HyperparameterDomain.list(.list(.boolean)).parse("true,false") == .text("true,false"))
  }

  @Test func `an open choice takes the names that it was given`() throws {
    #expect(try set("colour", "green").colour == "green")
    #expect(Lists.table.values(of: try set("colour", "green"))[2].value == .text("green"))
    #expect(throws: HyperparameterError.invalid(key: "colour", found: "blue", expected: .choice(["red", "green"]))) {
      try set("colour", "blue")
    }
  }

  @Test func `a setting may be read and written in a way of its own`() throws {
    #expect(try set("percent", "50").scale == 0.5)
    #expect(Lists.table.values(of: Lists())[3].value == .real(200))
    #expect(throws: HyperparameterError.self) { try set("percent", "1001") }
  }

  @Test func `flattened settings of a part keep their keys`() throws {
    #expect(Lists.table.keys == ["names", "weights", "colour", "percent", "steps"])
    #expect(try set("steps", "7").part.steps == 7)
    #expect(Lists.table.values(of: try set("steps", "7"))[4].value == .integer(7))
    #expect(throws: HyperparameterError.invalid(key: "steps", found: "10", expected: .integer(1...9))) { try set("steps", "10") }
  }

  @Test func `a malformed text is named with what is expected`() {
    let error = HyperparameterError.malformed(key: "rates", found: "x", expected: "NAME:FACTOR")
    #expect(error.description == "rates is 'x', expected NAME:FACTOR.")
  }
}
