import Registry
import Tasks

extension Comparison.Group {
  /// What the statistics say, and how they are computed; empty for a single line.
  var statisticsMarkdown: String {
    var text = ""
    if lines.count > 1 {
      text += """
        ### Paired differences

        \(pairsNote)

        \(pairsTable.markdown)

        """
    }
    if let table = seedsTable { text += "### Seeds and episodes\n\n\(seedsNote)\n\n\(table.markdown)\n" }
    return text
  }

  /// What the table of pairs shows.
  var pairsNote: String {
    let unit =
      hasSeeds
      ? "The unit is the seed: p is that of the paired t test of the seeds' mean differences, and the bootstrap resamples seeds, then episodes."
      : "The unit is the episode: p is that of the paired t test, the sign-flip permutation test checks it, and the bootstrap is BCa."
    return """
      The first score minus the second one, on the same episodes, with 95% intervals. \(unit) p (Holm) is corrected over all pairs of the \
      task. d is Cohen's d of the paired differences. P(better) is the probability that the first is better in an episode, ties one half; \
      it is meaningful (\u{2713}) if its lower bound is above 0.5 and it is at least 0.75 (after Bouthillier et al., 2021, whose region is \
      a lower bound above 0.5 and an upper bound above 0.75).
      """
  }

  /// Whether a line has several seeds.
  var hasSeeds: Bool { lines.contains { $0.rows.count > 1 } }

  /// One row for each pair.
  var pairsTable: TextTable {
    let score = ScoreText(measure ?? .loss)
    var table = TextTable(
      ["first", "second", "difference", "bootstrap", "p", hasSeeds ? nil : "p (sign-flip)", "p (Holm)", "d", "P(better)", "win/tie/loss"]
        .compactMap(\.self))
    for pair in statistics.pairs {
      let superiority = pair.episodes.superiority
      let range = { (interval: ConfidenceInterval?) -> String in
        interval.map { "\(score.text($0.lower)) to \(score.text($0.upper))" } ?? "-"
      }
      let difference = pair.test.map { "\(score.text($0.mean)) (\(range($0.interval)))" } ?? "- (\(pair.episodes.diverged) diverged)"
      let better =
        "\(fixed(superiority.probability, 2)) (\(fixed(superiority.interval.lower, 2)) to \(fixed(superiority.interval.upper, 2)))"
      table.append(
        [
          lines[pair.first].label, lines[pair.second].label, difference, range(pair.bootstrap), probability(pair.test?.pValue),
          hasSeeds ? nil : probability(pair.episodes.signFlip?.pValue), probability(pair.adjustedPValue),
          fixed(pair.episodes.student?.effectSize, 2), better + (superiority.isMeaningful ? " \u{2713}" : ""),
          "\(superiority.wins)/\(superiority.ties)/\(superiority.losses)",
        ].compactMap(\.self))
    }
    return table
  }

  var seedsNote: String {
    let count = lines.map(\.rows.count).max() ?? 0
    let warning =
      count < 5 ? " With fewer than five seeds, the standard deviation between them is a rough estimate: the interval may move much." : ""
    return """
      Standard deviations: between seeds, without the part that a finite number of episodes adds to their means; and of episodes within a \
      seed.\(warning)
      """
  }

  /// One row for each line with several seeds; nil if there is none.
  var seedsTable: TextTable? {
    guard hasSeeds else { return nil }
    let score = ScoreText(measure ?? .loss)
    var table = TextTable(["algorithm", score.name, "between seeds", "within a seed", "seeds"])
    for line in lines {
      guard let estimate = SeedEstimate(line.headlineScores) else { continue }
      table.append([
        line.label, score.text(line.headline), score.text(estimate.varianceBetween?.squareRoot()),
        score.text(estimate.varianceWithin?.squareRoot()), "\(estimate.seeds)",
      ])
    }
    return table
  }

  /// The statistics as members of results.json.
  var statisticsMembers: [JSON.Member] {
    let pairs = statistics.pairs.map { pair in
      JSON.object([
        .init("first", .string(lines[pair.first].label)), .init("second", .string(lines[pair.second].label)),
        .init("seeds", .integer(pair.seeds)), .init("episodes", .integer(pair.episodes.count)),
        .init("diverged", .integer(pair.episodes.diverged)), .init("difference", .optional(pair.test?.mean)),
        .init("interval", json(pair.test?.interval)), .init("bootstrapInterval", json(pair.bootstrap)),
        .init("pValue", .optional(pair.test?.pValue)), .init("signFlipPValue", .optional(pair.episodes.signFlip?.pValue)),
        .init("adjustedPValue", .optional(pair.adjustedPValue)), .init("effectSize", .optional(pair.episodes.student?.effectSize)),
        .init("probabilityOfBetter", .number(pair.episodes.superiority.probability)),
        .init("probabilityInterval", json(pair.episodes.superiority.interval)), .init("wins", .integer(pair.episodes.superiority.wins)),
        .init("ties", .integer(pair.episodes.superiority.ties)), .init("losses", .integer(pair.episodes.superiority.losses)),
      ])
    }
    let seeds = lines.compactMap { line in
      SeedEstimate(line.headlineScores).map { estimate in
        JSON.object([
          .init("label", .string(line.label)), .init("varianceBetweenSeeds", .optional(estimate.varianceBetween)),
          .init("varianceWithinSeed", .optional(estimate.varianceWithin)),
        ])
      }
    }
    return [.init("pairs", .array(pairs))] + (seeds.isEmpty ? [] : [.init("seeds", .array(seeds))])
  }

  private func json(_ interval: ConfidenceInterval?) -> JSON {
    interval.map { .array([.number($0.lower), .number($0.upper)]) } ?? .null
  }
}

/// A p-value with three decimals, "<0.001" below; "-" for nil.
func probability(_ value: Double?) -> String { value.map { $0 < 0.001 ? "<0.001" : fixed($0, 3) } ?? "-" }
