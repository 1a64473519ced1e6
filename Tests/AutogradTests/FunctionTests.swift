import Autograd
import TensorCore
import Testing
import _TestSupport

/// Functions composed of several operations: derivatives against central differences, values against definitions.
@Suite struct FunctionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let inputs: [Tensor]
    var fixed: Set<Int> = []
    let function: @Sendable ([Variable]) -> Variable
  }

  /// Well separated numbers, so that no maximum changes within a difference quotient.
  static let separated: Tensor = {
    var stream = RandomStream(seed: 5)
    return tensorOf(stream.permutation(2 * 2 * 5 * 4 * 2).map { Double($0) * 0.1 - 8 }, [2, 2, 5, 4, 2])
  }()

  static let choices: Tensor = {
    do { return try Tensor([3, 0, 1, 2, 2, 0] as [Int], shape: [2, 3]) } catch { preconditionFailure("\(error)") }
  }()
  static let labels = tensorOf([1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0], [2, 2, 3])
  static let bits = tensorOf([1, 0, 0, 1, 1, 0], [2, 3, 1])
  static let images = random([2, 3, 2, 2, 2])
  static let spacedImages = tensorOf((0..<48).map { Double($0 * 29 % 48) / 16 }, [2, 3, 2, 2, 2])
  static let scale = random([2, 2], "scale")
  static let offset = random([2, 2], "offset")
  /// Numbers at least 0.2 away from 0, 0.1 and ±1, where the functions below have kinks.
  static let away = tensorOf([-1.6, -0.7, 0.4, 0.75, 1.5], [5])
  /// Biases that dominate the product, so that no ReLU changes within a difference quotient.
  static let openAndShut = tensorOf([2, -2, 2, 2, -2, -2, 2, -2, 2, 2], [2, 5])

  static let cases: [Case] = [
    Case(
      testDescription: "linear layer, ReLU", inputs: [0.3 * random([2, 3, 4]), 0.3 * random([2, 4, 5], "weights"), openAndShut]
    ) {
      $0[0].linear($0[1], $0[2], relu: true)
    },
    Case(testDescription: "gather", inputs: [random([2, 3, 4])]) { $0[0].gathered(at: choices) },
    Case(testDescription: "order statistic", inputs: [separated.reshaped([16, 10])]) { $0[0].orderStatistic([2, 7]) },
    Case(testDescription: "median", inputs: [separated.reshaped([32, 5])]) { $0[0].median() },
    Case(testDescription: "log-softmax", inputs: [random([2, 3, 4])]) { $0[0].logSoftmax() },
    Case(testDescription: "cross-entropy", inputs: [random([2, 2, 3]), labels], fixed: [1]) { $0[0].crossEntropy(oneHot: $0[1]) },
    Case(testDescription: "binary cross-entropy", inputs: [random([2, 3, 1]), bits], fixed: [1]) {
      $0[0].binaryCrossEntropy(targets: $0[1])
    },
    Case(testDescription: "mean squared error", inputs: [random([2, 3, 2]), random([2, 3, 2], "targets")]) {
      $0[0].meanSquaredError(targets: $0[1])
    },
    Case(testDescription: "batch norm", inputs: [images, scale, offset]) { $0[0].batchNormalised(scale: $0[1], offset: $0[2]) },
    Case(testDescription: "batch norm, ReLU", inputs: [images, scale, offset]) {
      $0[0].batchNormalised(scale: $0[1], offset: $0[2], relu: true)
    },
    // The maximum of a window is far from the other elements, so that it stays the maximum nearby.
    Case(testDescription: "batch norm, ReLU, max pooling", inputs: [spacedImages, scale, offset]) {
      $0[0].batchNormalised(scale: $0[1], offset: $0[2], relu: true, pooling: 2)
    },
    // Some inputs of the fused operation are constants.
    Case(testDescription: "batch norm in its images alone", inputs: [images, scale, offset], fixed: [1, 2]) {
      $0[0].batchNormalised(scale: $0[1], offset: $0[2])
    },
    Case(testDescription: "batch norm in its scale alone", inputs: [images, scale, offset], fixed: [0, 2]) {
      $0[0].batchNormalised(scale: $0[1], offset: $0[2], relu: true)
    },
    Case(testDescription: "batch norm of leading rows", inputs: [images, scale, offset]) {
      $0[0].batchNormalised(scale: $0[1], offset: $0[2], statistics: .leading(2))
    },
    Case(testDescription: "max pooling", inputs: [separated]) { $0[0].maximumPooled(window: 2) },
    Case(testDescription: "max pooling by 3", inputs: [separated]) { $0[0].maximumPooled(window: 3) },
    Case(testDescription: "mean", inputs: [random([2, 3, 2])]) { $0[0].mean([0, 2]).squared() },
    Case(testDescription: "norm", inputs: [random([2, 3, 2])]) { $0[0].norm([1]) },
    Case(testDescription: "softmax", inputs: [random([2, 3, 4])]) { $0[0].softmax() },
    Case(testDescription: "log-sum-exp", inputs: [random([2, 3, 4])]) { $0[0].logSumExp([0, 2]) },
    Case(testDescription: "cosine similarity", inputs: [random([2, 3, 1, 4]), random([2, 1, 2, 4], "keys")]) {
      $0[0].cosineSimilarity(with: $0[1])
    },
    Case(testDescription: "stacked", inputs: [random([2, 3]), random([2, 3], "second")]) {
      Variable.stacked([$0[0], $0[1], $0[0] * $0[1]]).squared()
    },
    Case(testDescription: "task item", inputs: [random([3, 2, 2])]) { $0[0][task: 1] * $0[0][task: 2] },
    Case(testDescription: "powers", inputs: [away]) { $0[0].pow(2) + $0[0].pow(5) * $0[0].pow(-3) + $0[0].pow(0) + $0[0].pow(1) },
    Case(testDescription: "absolute value", inputs: [away]) { $0[0].abs() * $0[0].squared() },
    Case(testDescription: "clipped", inputs: [away]) { $0[0].squared().clipped(to: 0.3...1) * $0[0] },
    Case(testDescription: "elementwise maximum", inputs: [away, tensorOf([0.1], [1])]) { ($0[0] * $0[0].elementwiseMaximum($0[1])) },
    Case(testDescription: "elementwise minimum", inputs: [away, tensorOf([0.1], [1])]) { ($0[0] * $0[0].elementwiseMinimum($0[1])) },
    Case(testDescription: "scalar arithmetic", inputs: [away]) { x in
      (2 * x[0] + x[0] * 3) * (1 / x[0]) + (1 + x[0] + 2) * (x[0] / 3) - (x[0] - 1) * (3 - x[0])
    },
  ]

  @Test(arguments: cases)
  func `derivatives agree with central differences up to the third`(_ item: Case) {
    expectDerivatives(DerivativeCheck(inputs: item.inputs, fixed: item.fixed, function: item.function), upTo: 3)
  }

  @Test func `order statistics count equal elements once each`() throws {
    let x = Variable(tensorOf([3, 1, 2, 2, 5, 5, 5, 5], [2, 4]))
    #expect(x.median().value.doubles == [2, 5])
    #expect(x.orderStatistic([3]).value.doubles == [3, 5])
    #expect(x.orderStatistic([0, 3]).value.doubles == [2, 5])
    // Of equal elements, the first has the lower rank.
    #expect(gradient(of: x.orderStatistic([1]).total(), at: [x])[0].value.doubles == [0, 0, 1, 0, 0, 1, 0, 0])
    #expect(Variable(tensorOf([4, -1, 7], [3])).median().value.doubles == [4])
    let unknown = Variable(try Tensor([1, .nan, 0], shape: [1, 3], dtype: .float64))
    #expect(unknown.median().value.doubles[0].isNaN)
  }

  @Test func `gather takes the named elements`() {
    let x = Variable(constant: tensorOf((0..<24).map(Double.init), [2, 3, 4]))
    #expect(x.gathered(at: Self.choices).value.doubles == [3, 4, 9, 14, 18, 20])
  }

  /// Fused operations have hand-written derivatives, so each must be among the cases above.
  @Test func `every fused operation is checked`() {
    let checked = ["BatchNormReLU.swift": "batch norm, ReLU", "BatchNormReLUMaxPool.swift": "batch norm, ReLU, max pooling"]
    let root = String(#filePath).split(separator: "/").dropLast(3).joined(separator: "/")
    #expect(fileNames(in: "/\(root)/Modules/Autograd/Fused") == checked.keys.sorted())
    for name in checked.values { #expect(Self.cases.contains { $0.testDescription == name }) }
  }

  @Test(arguments: cases)
  func `derivatives agree in single precision`(_ item: Case) {
    let inputs = item.inputs.map { $0.converted(to: .float32) }
    expectDerivatives(DerivativeCheck(inputs: inputs, fixed: item.fixed, function: item.function), tolerance: .single)
  }

  @Test func `probabilities of log-softmax sum to one, however large the logits`() {
    let logits = Variable(tensorOf([1000, 1001, -1000, -3, 0, 3], [1, 2, 3]))
    let sums = logits.logSoftmax().exp().sum([2])
    expectClose(sums.value, .ones([1, 2, 1], .float64), tolerance: 1e-14)
  }

  @Test func `losses agree with their definitions`() {
    let logits = Variable(tensorOf([0, 1, 2, 3], [1, 2, 2]))
    let oneHot = Variable(constant: tensorOf([1, 0, 0, 1], [1, 2, 2]))
    // log(1 + e) for logits that differ by 1, once with the wrong class and once with the right class on top.
    expectClose(logits.crossEntropy(oneHot: oneHot).value, tensorOf([(1.3132616875182228 + 0.3132616875182228) / 2], [1]), tolerance: 1e-14)
    let scores = Variable(tensorOf([0, 1, 1], [1, 3, 1]))
    let targets = Variable(constant: tensorOf([1, 1, 0], [1, 3, 1]))
    expectClose(
      scores.binaryCrossEntropy(targets: targets).value,
      tensorOf([(0.6931471805599453 + 0.3132616875182228 + 1.3132616875182228) / 3], [1]), tolerance: 1e-14)
    expectClose(scores.meanSquaredError(targets: targets).value, tensorOf([2.0 / 3], [1]), tolerance: 1e-14)
  }

  @Test func `a masked class costs nothing`() throws {
    let logits = Variable(try Tensor([-.infinity, 0], shape: [1, 1, 2], dtype: .float64))
    let loss = logits.crossEntropy(oneHot: Variable(constant: try Tensor([0, 1], shape: [1, 1, 2], dtype: .float64)))
    #expect(loss.value.doubles == [0])
    #expect(gradient(of: loss, at: [logits])[0].value.doubles == [0, 0])
  }

  @Test func `binary cross-entropy of huge logits stays finite`() {
    let loss = Variable(tensorOf([1000, -1000], [1, 2, 1])).binaryCrossEntropy(targets: Variable(constant: tensorOf([0, 0], [1, 2, 1])))
    expectClose(loss.value, tensorOf([500], [1]), tolerance: 1e-14)
  }

  @Test func `batch norm takes the biased variance`() {
    // The values 0 and 2 have mean 1 and biased variance 1; the unbiased variance would be 2.
    let images = Variable(tensorOf([0, 2], [1, 2, 1, 1, 1]))
    let result = images.batchNormalised(scale: Variable(tensorOf([3], [1, 1])), offset: Variable(tensorOf([10], [1, 1])), epsilon: 0)
    expectClose(result.value, tensorOf([7, 13], [1, 2, 1, 1, 1]), tolerance: 1e-14)
  }

  @Test func `batch norm by leading rows is that of the rows alone`() {
    let whole = Variable(Self.images).batchNormalised(scale: Variable(Self.scale), offset: Variable(Self.offset), statistics: .leading(2))
    let alone = Variable(Self.images.sliced(0..<2, along: 1)).batchNormalised(
      scale: Variable(Self.scale), offset: Variable(Self.offset))
    expectClose(whole.value.sliced(0..<2, along: 1), alone.value, tolerance: 1e-14)
    let other = Variable(Self.images).batchNormalised(scale: Variable(Self.scale), offset: Variable(Self.offset))
    #expect(other.value.doubles != whole.value.doubles)
  }
}
