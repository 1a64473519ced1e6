import Algorithms
import Evaluation
import Registry
import Testing
import _TestSupport

@Suite struct PresetTests {
  private func preset(_ change: (String) -> String = { $0 }) throws(ConfigurationError) -> Preset {
    let text = """
      {
        "name": "small", "title": "t", "source": "s", "notes": ["n"], "seeds": 2,
        "runs": [
          {
            "name": "a", "algorithm": "maml", "task": "sinusoid", "iterations": 3,
            "settings": {"inner.steps": 2},
            "tests": [{"name": "b", "settings": {"task.shots": 5}, "cells": [{"statistic": "mean", "step": 1, "published": 0.5}]}]
          }
        ]
      }
      """
    return try Preset(decoding: Array(change(text).utf8), name: "p.json")
  }

  @Test func `all presets can be read, and their settings are known`() throws {
    #expect(Preset.names == ["maml-table2", "meta-sgd-table1", "omniglot-5way", "omniglot-20way", "omniglot-fc"])
    // Omniglot is a plug-in, which these tests do not link.
    for name in Preset.names.prefix(2) { #expect(try Preset.named(name).name == name) }
    #expect(throws: LookupError.self) { try Preset.named("maml-table") }
  }

  @Test func `the protocols are the published ones`() throws {
    let maml = try Preset.named("maml-table2")
    #expect(
      maml.seeds == 3 && maml.runs.map(\.iterations) == [70_000]
        && maml.runs[0].settings.contains { $0.key == "task.shots" && $0.value == "10" })
    #expect(maml.runs[0].tests[0].cells.map(\.published) == [0.67, 0.38, 0.35, nil, nil])
    let metaSGD = try Preset.named("meta-sgd-table1")
    #expect(metaSGD.runs.count == 6 && metaSGD.runs.flatMap(\.tests).count == 18)
    // The five verified cells of Meta-SGD are targets: the published number plus its interval.
    #expect(metaSGD.runs.flatMap(\.tests).flatMap(\.cells).compactMap(\.target) == [1.06, 0.75, 0.6, 0.41, 0.36])
    #expect(metaSGD.runs.flatMap(\.tests).flatMap(\.cells).filter(\.isUnverified).allSatisfy { $0.target == nil })
  }

  @Test func `faults are named with their line and key`() throws {
    func error(_ from: String, _ to: String) -> ConfigurationError? {
      do { _ = try preset { text in text.split(separator: from, omittingEmptySubsequences: false).joined(separator: to) } } catch {
        return error
      }
      return nil
    }
    #expect(error("", "") == nil)
    guard case .unknown("p.json", 5, let key) = error("\"iterations\"", "\"iteratons\"") else {
      Issue.record("the key is not found")
      return
    }
    #expect(key.name == "iteratons" && key.description.contains("Did you mean 'iterations'?"))
    #expect(
      error("\"iterations\": 3", "\"iterations\": 0")
        == .value(path: "p.json", line: 5, key: "iterations", expected: "an integer of at least 1"))
    #expect(error("\"seeds\": 2,", "") == .incompletePreset(path: "p.json", line: 1, key: "seeds"))
    #expect(error(", \"step\": 1", "") == .incompletePreset(path: "p.json", line: 7, key: "step"))
    #expect(error("\"mean\"", "\"mode\"") == .value(path: "p.json", line: 7, key: "statistic", expected: "mean or median"))
    #expect(
      error("\"b\"", "\"../b\"")
        == .value(path: "p.json", line: 7, key: "name", expected: "letters, digits and hyphens, because it is the name of a folder"))
    guard case .unknown("p.json", 6, let setting) = error("inner.steps", "iner.steps") else {
      Issue.record("the setting is not found")
      return
    }
    #expect(setting.description.contains("Did you mean 'inner.steps'?"))
    guard case .setting("p.json", 6, _) = error("\"inner.steps\": 2", "\"inner.steps\": \"two\"") else {
      Issue.record("the value is not found")
      return
    }
    guard case .unknown("p.json", 5, _) = error("\"sinusoid\"", "\"sinusid\"") else {
      Issue.record("the task is not found")
      return
    }
    // An algorithm that is not built yet is no fault.
    #expect(error("\"maml\"", "\"maml-plus-plus\"") == nil)
  }

  private func reproduction(_ losses: [[Double]], published: Double?, halfWidth: Double? = nil) throws -> String {
    let cell =
      "{\"statistic\": \"mean\", \"step\": 1\(published.map { ", \"published\": \($0)" } ?? "")\(halfWidth.map { ", \"halfWidth\": \($0)" } ?? ""), \"target\": 1.5}"
    let preset = try preset { text in
      text.split(separator: "{\"statistic\": \"mean\", \"step\": 1, \"published\": 0.5}", omittingEmptySubsequences: false).joined(
        separator: cell)
    }
    let rows = try losses.enumerated().map { seed, losses in
      let experiment = try Small.experiment(seed: UInt64(seed), episodes: losses.count, steps: 1)
      let mode = ModeResult(name: "none", losses: [losses.map { _ in 9 }, losses])
      return Comparison.Row(experiment: experiment, result: TestResult(modes: [mode], episodes: experiment.episodeList))
    }
    let tested = Reproduction.Tested(run: preset.runs[0], test: preset.runs[0].tests[0], rows: rows)
    return Reproduction(preset: preset, tested: [tested], trained: [], notBuilt: [], isQuick: false).json
  }

  /// The mean is 11, and its interval ±1.96 · 1 = ±1.96 for the episodes 10 and 12.
  @Test func `the verdict comes from the intervals`() throws {
    #expect(try reproduction([[10, 12]], published: 12.9).contains("\"verdict\": \"within\""))
    #expect(try reproduction([[10, 12]], published: 13).contains("\"verdict\": \"better\""))
    #expect(try reproduction([[10, 12]], published: 13, halfWidth: 0.1).contains("\"verdict\": \"within\""))
    #expect(try reproduction([[4, 4.001]], published: 3).contains("\"verdict\": \"worse\""))
    #expect(try reproduction([[0, 2]], published: 1).contains("\"verdict\": \"unclear\""))
    #expect(try reproduction([[10, 12]], published: nil).contains("\"verdict\": null"))
    #expect(try reproduction([[0, 2]], published: 1).contains("\"meetsTarget\": true"))
    #expect(try reproduction([[0, .nan]], published: 1).contains("\"meetsTarget\": false"))
    // With two seeds, the means 11 and 11.2 have the mean 11.1 and the interval ±12.706 · 0.1.
    #expect(try reproduction([[10, 12], [11.2, 11.2]], published: 12.36).contains("\"verdict\": \"within\""))
    #expect(try reproduction([[10, 12], [11.2, 11.2]], published: 12.38).contains("\"verdict\": \"better\""))
  }

  /// Before adaptation, each loss is 9.
  @Test func `a task whose loss grows tenfold has diverged`() throws {
    #expect(try reproduction([[90, 90.1, .infinity, .nan, 1]], published: 1).contains("\"diverged\": 3,"))
  }
}
