import Registry
import Tasks
import TensorCore
import Testing

/// Domains as settings of a task.
@Suite struct ImageDomainTaskTests {
  private func glyphs(train: [ImageDomain] = [.clean], test: [ImageDomain] = [.clean]) -> Glyphs {
    var task = Glyphs()
    (task.domains.train, task.domains.test) = (train, test)
    return task
  }

  private func inputs(_ task: Glyphs, _ index: Int, _ split: Split) throws -> [Float] {
    let episode = try task.episode(index, in: split, seed: 1)
    return episode.support.inputs.floats + episode.query.inputs.floats
  }

  @Test func `clean is no change, and no domain is clean`() throws {
    for split in Split.allCases {
      let plain = try inputs(Glyphs(), 3, split)
      #expect(try inputs(glyphs(train: [.clean, .clean], test: [.clean]), 3, split) == plain)
      #expect(try inputs(glyphs(train: [], test: []), 3, split) == plain)
    }
  }

  @Test func `classes and drawings do not depend on the domains`() throws {
    let plain = try inputs(Glyphs(), 3, .metaTest)
    #expect(try inputs(glyphs(test: [.inverted]), 3, .metaTest) == plain.map { 1 - $0 })
    #expect(glyphs(train: [.thick], test: [.inverted]).splitFingerprint == Glyphs().splitFingerprint)
  }

  /// Each episode of a split is one of the images that its own domains give, and none of the other split's.
  @Test func `meta-training and meta-validation never draw a domain of meta-test`() throws {
    let task = glyphs(train: [.clean, .thick], test: [.inverted, .thin])
    for (split, own, other) in [
      (Split.metaTrain, [ImageDomain.clean, .thick], [ImageDomain.inverted, .thin]),
      (.metaValidation, [.clean, .thick], [.inverted, .thin]),
      (.metaTest, [.inverted, .thin], [.clean, .thick]),
    ] {
      func alone(_ domain: ImageDomain, _ index: Int) throws -> [Float] {
        try inputs(glyphs(train: [domain], test: [domain]), index, split)
      }
      var seen: Set<ImageDomain> = []
      for index in 0..<40 {
        let drawn = try inputs(task, index, split)
        for domain in other { #expect(try alone(domain, index) != drawn) }
        let match = try own.first { try alone($0, index) == drawn }
        seen.insert(try #require(match))
      }
      #expect(seen == Set(own))
    }
  }

  @Test func `an episode is the same in any order, and its support sets too`() throws {
    let task = glyphs(test: [.rotated, .noisy, .scaled])
    let second = try inputs(task, 2, .metaTest)
    let together = try task.episodes(0..<4, in: .metaTest, seed: 1)
    #expect(together[task: 2].support.inputs.floats + together[task: 2].query.inputs.floats == second)
    let more = try task.episode(2, in: .metaTest, seed: 1, supports: 2)
    #expect(more.support.inputs.floats + more.query.inputs.floats == second)
  }

  @Test func `an augmentation follows the domain, and draws as without it`() throws {
    var task = glyphs(train: [.inverted])
    task.augment.shift = 2
    var plain = Glyphs()
    plain.augment.shift = 2
    #expect(try inputs(task, 1, .metaTrain) == inputs(plain, 1, .metaTrain).map { 1 - $0 })
  }

  @Test func `a note names the domains that training and test share`() {
    #expect(Glyphs().notes == [])
    #expect(glyphs(test: [.rotated]).notes == [])
    #expect(glyphs(train: [.rotated], test: [.rotated]).notes == [])
    #expect(
      glyphs(train: [.clean, .thin], test: [.rotated, .thin, .clean, .thick]).notes
        == ["meta-test has domains of meta-training: clean, thin."])
  }

  @Test func `settings are lists, and a misspelt domain is answered with the nearest`() throws {
    var task = Glyphs()
    try Glyphs.hyperparameters.set("domains.test", to: "rotated,thin", in: &task)
    #expect(task.domains.test == [.rotated, .thin])
    try Glyphs.hyperparameters.set("domains.test", to: "", in: &task)
    #expect(task.domains.test == [])
    do {
      try Glyphs.hyperparameters.set("domains.train", to: "clean,rotatd", in: &task)
      Issue.record("a misspelt domain is accepted")
    } catch {
      #expect(
        "\(error)" == "domains.train is 'clean,rotatd', expected a list separated by commas, each one of "
          + "clean, inverted, rotated, noisy, thick, thin, scaled. Did you mean 'rotated'?")
    }
  }
}
