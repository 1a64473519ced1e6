import Registry
import Testing

@Suite struct NearestNameTests {
  static let names = ["maml", "fomaml", "meta-sgd", "reptile", "joint", "scratch", "chance"]

  @Test(arguments: [
    ("mmal", "maml"), ("MAML", "maml"), ("fomalm", "fomaml"), ("metasgd", "meta-sgd"), ("reptiel", "reptile"), ("rebtile", "reptile"),
    ("chanse", "chance"), ("scrach", "scratch"), ("maml", "maml"),
  ])
  func `a misspelt name is recognised`(name: String, expected: String) {
    #expect(nearestName(to: name, among: Self.names) == expected)
  }

  @Test(arguments: ["transformer", "xyz", "protonet"])
  func `a name that is none of them is not`(name: String) {
    #expect(nearestName(to: name, among: Self.names) == nil)
  }

  @Test func `ties go to the first by name, and nothing is near to nothing`() {
    #expect(nearestName(to: "ac", among: ["ad", "ab"]) == "ab")
    #expect(nearestName(to: "a", among: []) == nil)
    #expect(nearestName(to: "", among: ["abc"]) == nil)
    // A single letter is not near to another one.
    #expect(nearestName(to: "x", among: ["c", "g", "xx"]) == "xx")
    #expect(nearestName(to: "x", among: ["c", "g"]) == nil)
  }

  @Test func `the error names kind, suggestion and what there is`() {
    let error = LookupError(kind: "algorithm", name: "mmal", known: ["reptile", "maml"])
    #expect(error.known == ["maml", "reptile"])
    #expect(error.description == "unknown algorithm 'mmal'. Did you mean 'maml'? Known: maml, reptile.")
    #expect(LookupError(kind: "model", name: "x", known: []).description == "unknown model 'x'. There is none.")
  }
}
