import Foundation
import StatisticalBaselines
import Testing
import _TestSupport

@Suite struct LinearMixedModelTests {
  /// The result of lme4's `lmer(Reaction ~ Days + (Days | Subject), sleepstudy)`, to the digits that R prints.
  @Test(.enabled(if: sharedFolder != nil, "needs the file sleepstudy.csv"))
  func `sleepstudy as lme4 fits it`() throws {
    let model = try LinearMixedModel.fit(try sleepstudy())
    func expect(_ found: Double, _ printed: Double, digits: Double, _ name: Comment) {
      #expect(abs(found - printed) <= 0.5 * digits, name)
    }
    expect(model.fixed[0], 251.405, digits: 0.001, "intercept")
    expect(model.fixed[1], 10.467, digits: 0.001, "slope")
    expect(model.deviations[0], 24.74, digits: 0.01, "deviation of the intercept")
    expect(model.deviations[1], 5.92, digits: 0.01, "deviation of the slope")
    expect(model.correlation(0, 1), 0.07, digits: 0.01, "correlation")
    expect(model.residual, 25.59, digits: 0.01, "residual deviation")
    expect(model.criterion, 1743.6, digits: 0.1, "REML criterion")
  }

  private func sleepstudy() throws -> [LinearMixedModel.Group] {
    let text = try String(contentsOfFile: "\(sharedFolder ?? "")/data/grouped/sleepstudy.csv", encoding: .utf8)
    var groups: [String: (x: [[Double]], y: [Double])] = [:]
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",").map(String.init)
      groups[cells[2], default: ([], [])].x.append([1, try #require(Double(cells[1]))])
      groups[cells[2], default: ([], [])].y.append(try #require(Double(cells[0])))
    }
    #expect(groups.count == 18)
    return groups.sorted { $0.key < $1.key }.map { LinearMixedModel.Group(x: $0.value.x, z: $0.value.x, y: $0.value.y) }
  }

  /// Three groups of four values: a balanced design has a closed form.
  private static let values: [[Double]] = [[1, 2, 3, 6], [7, 9, 8, 8], [2, 5, 4, 1]]

  /// The REML estimates of a balanced design with random intercept are those of the analysis of variance.
  @Test func `a balanced design has the variances of its analysis of variance`() throws {
    let model = try LinearMixedModel.fit(Self.values.map { Self.group($0) })
    let means = Self.values.map { $0.reduce(0, +) / 4 }
    let mean = means.reduce(0, +) / 3
    let within = zip(Self.values, means).map { own, mean in own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }.reduce(0, +) / 9
    let between = 4 * means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
    let variance = (between - within) / 4
    #expect(abs(model.fixed[0] - mean) < 1e-6)
    #expect(abs(model.residual - within.squareRoot()) < 1e-5)
    #expect(abs(model.deviations[0] - variance.squareRoot()) < 1e-5)
    // The prediction shrinks the group's mean deviation by nσ²ᵦ/(σ² + nσ²ᵦ).
    let effect = model.randomEffects(of: Self.group(Self.values[1]))
    #expect(abs(effect[0] - 4 * variance / (within + 4 * variance) * (means[1] - mean)) < 1e-5)
  }

  @Test func `a column that depends on others is left out`() throws {
    let model = try LinearMixedModel.fit(Self.values.map { Self.group($0) })
    let doubled = Self.values.map { y in
      LinearMixedModel.Group(x: y.map { _ in [1, 3] }, z: y.map { _ in [1] }, y: y)
    }
    let other = try LinearMixedModel.fit(doubled)
    #expect(other.fixed[1] == 0)
    #expect(abs(other.fixed[0] - model.fixed[0]) < 1e-9 && abs(other.residual - model.residual) < 1e-9)
  }

  /// Targets on one line have neither residuals nor group differences, and no likelihood; the estimate stays finite.
  @Test func `an exact line is found`() throws {
    let x: [[Double]] = [[1, 0], [1, 1], [1, 2]]
    let groups = (0..<4).map { _ in LinearMixedModel.Group(x: x, z: x, y: x.map { 2 + 3 * $0[1] }) }
    let model = try LinearMixedModel.fit(groups)
    #expect(abs(model.fixed[0] - 2) < 1e-6 && abs(model.fixed[1] - 3) < 1e-6)
    #expect(model.residual < 1e-4 && model.deviations.allSatisfy { $0.isFinite && $0 < 1e-3 })
  }

  @Test func `rows that do not fit are refused`() {
    func failure(_ groups: [LinearMixedModel.Group]) -> MixedModelError? {
      do throws(MixedModelError) { _ = try LinearMixedModel.fit(groups) } catch { return error }
      return nil
    }
    #expect(failure([]) == .tooFewRows(0))
    #expect(failure([Self.group([1])]) == .tooFewRows(1))
    #expect(failure([Self.group([1, 2]), Self.group([1, .nan])]) == .notFinite(group: 1, row: 1))
    let short = LinearMixedModel.Group(x: [[1]], z: [[1], [1]], y: [1, 2])
    #expect(failure([Self.group([1, 2]), short]) == .rows(group: 1, targets: 2, sizes: [1, 1, 1]))
  }

  private static func group(_ y: [Double]) -> LinearMixedModel.Group {
    let ones = y.map { _ in [1.0] }
    return LinearMixedModel.Group(x: ones, z: ones, y: y)
  }
}
