import Registry
import Testing

private protocol Named: Sendable {
  static var id: String { get }
}

private enum Added: Named { static let id = "added" }
private enum Zebra: Named { static let id = "zebra" }

/// Lookups among given items.
///
/// `RegisteredTests` shows that linked types register themselves. All tests share one image, so a record in this target would appear in
/// the real registries.
@Suite struct RegistryTests {
  private let all = Registry<any Named.Type>([Zebra.self, Added.self]) { $0.id }

  @Test func `items are found and sorted by id`() throws {
    #expect(all.ids == ["added", "zebra"])
    #expect(try all.item("zebra", kind: "thing") == Zebra.self)
  }

  @Test func `an unknown id is answered with the nearest`() {
    let error = LookupError(kind: "thing", name: "zebar", known: ["added", "zebra"])
    #expect(throws: error) { try all.item("zebar", kind: "thing") }
    #expect(error.suggestion == "zebra")
  }

  @Test func `nothing is in an empty registry`() {
    let none = Registry<any Named.Type>([]) { $0.id }
    #expect(none.ids == [])
    #expect(throws: LookupError(kind: "thing", name: "added", known: [])) { try none.item("added", kind: "thing") }
  }

  @Test func `two items of one id trap`() async {
    await #expect(processExitsWith: .failure) { _ = Registry<any Named.Type>([Added.self, Added.self]) { $0.id } }
  }
}
