import Autograd
import TensorCore
import Testing
import _TestSupport

/// The reverse pass: closed forms and laws.
@Suite struct GradientTests {
  private func leaf(_ numbers: Double...) -> Variable { Variable(tensorOf(numbers, [numbers.count])) }

  private func derivative(_ order: Int, of function: (Variable) -> Variable, at x: Double) -> Double {
    let variable = Variable(Tensor(x, dtype: .float64))
    var result = function(variable)
    for _ in 0..<order { result = gradient(of: result, at: [variable], differentiable: true)[0] }
    return result.value.scalar
  }

  @Test(arguments: [-2, -0.5, 0, 0.5, 2] as [Double])
  func `third derivatives agree with closed forms`(x: Double) {
    expectClose(derivative(3, of: { $0.squared().squared() }, at: x), 24 * x, tolerance: 1e-13)
    expectClose(derivative(3, of: { $0 * $0 * $0 * $0 }, at: x), 24 * x, tolerance: 1e-13)
    expectClose(derivative(3, of: { $0.exp() }, at: x), Tensor(x, dtype: .float64).map(.exponential).scalar, tolerance: 1e-13)
    let t = Tensor(x, dtype: .float64).map(.tanh).scalar
    expectClose(derivative(3, of: { $0.tanh() }, at: x), (1 - t * t) * (6 * t * t - 2), tolerance: 1e-13)
  }

  /// Two steps through batch norm, whose gradient has several results: what an adapted loss depends on.
  private func adapted(_ leaves: [Variable]) -> (loss: Variable, middle: Variable) {
    var current = leaves
    var middle = leaves[0]
    for _ in 0..<2 {
      let images = FunctionTests.images
      let y = Variable(constant: images).batchNormalised(scale: current[0], offset: current[1], relu: true, pooling: 2)
      middle = y.squared()
      let slopes = gradient(of: middle.sum([1, 2, 3]) * current[2], at: current, differentiable: true)
      current = zip(current, slopes).map { $0 - $1 * 0.1 }
    }
    let end = Variable(constant: FunctionTests.images).batchNormalised(scale: current[0], offset: current[1], relu: true)
    return ((end * current[2].reshaped([2, 1, 1, 1, 2])).squared().sum([1, 2, 3, 4]), middle)
  }

  private var adaptedLeaves: [Variable] {
    [Variable(FunctionTests.scale), Variable(FunctionTests.offset), Variable(FunctionTests.scale * FunctionTests.offset)]
  }

  @Test func `a final gradient has the same bits`() {
    let (one, two) = (adaptedLeaves, adaptedLeaves)
    let found = finalGradient(of: adapted(one).loss, at: one).map(\.value.doubles)
    #expect(found == gradient(of: adapted(two).loss, at: two).map(\.value.doubles))
    // A target in the middle of the graph, and one that is no part of it.
    let x = leaf(3)
    let (square, other) = (x.squared(), leaf(1))
    let slopes = finalGradient(of: square * square * x, at: [square, x, other]).map(\.value.doubles)
    #expect(slopes == [[54], [405], [0]])
  }

  @Test func `a final gradient lets go of the graph while its output is held`() {
    let leaves = adaptedLeaves
    weak var middle: Variable?
    let loss = { () -> Variable in
      let graph = adapted(leaves)
      middle = graph.middle
      return graph.loss
    }()
    #expect(middle != nil)
    _ = gradient(of: loss, at: leaves)
    #expect(middle != nil)
    _ = finalGradient(of: loss, at: leaves)
    #expect(middle == nil && loss.value.doubles.allSatisfy(\.isFinite))
  }

  @Test func `derivatives of every order of a fifth power`() {
    let expected = [32.0, 80, 160, 240, 240, 120, 0]
    for (order, value) in expected.enumerated() {
      #expect(derivative(order, of: { $0 * $0 * $0 * $0 * $0 }, at: 2) == value)
    }
  }

  @Test func `the safe square root has first and second derivatives of 0 at 0`() {
    let x = leaf(0, 4)
    let first = gradient(of: x.safeSquareRoot(), at: [x], differentiable: true)[0]
    let second = gradient(of: first, at: [x])[0]
    expectClose(first.value, tensorOf([0, 0.25], [2]), tolerance: 1e-15)
    expectClose(second.value, tensorOf([0, -1.0 / 32], [2]), tolerance: 1e-15)
  }

  @Test func `the square root of a sum of squares is safe at the origin`() {
    let x = leaf(0, 0)
    let norm = x.squared().total().safeSquareRoot()
    let first = gradient(of: norm, at: [x], differentiable: true)[0]
    #expect(first.value.doubles == [0, 0])
    #expect(gradient(of: first, at: [x])[0].value.doubles == [0, 0])
  }

  /// Finn et al., ICML 2017, equation 1, on L(θ) = ½aθ²: dL/dθ = a(1 − αa)²θ, and a(1 − αa)θ to first order.
  @Test func `the meta-gradient of a parabola is the closed form`() {
    func metaGradient(exact: Bool) -> Double {
      let (a, rate) = (2.0, 0.1)
      func loss(_ parameter: Variable) -> Variable { parameter.squared() * (a / 2) }
      let parameter = Variable(Tensor(3, dtype: .float64))
      let inner = gradient(of: loss(parameter), at: [parameter], differentiable: exact)[0]
      return gradient(of: loss(parameter.adding(inner, scaledBy: -rate)), at: [parameter])[0].value.scalar
    }
    expectClose(metaGradient(exact: true), 3.84, tolerance: 1e-14)
    expectClose(metaGradient(exact: false), 4.80, tolerance: 1e-14)
  }

  @Test func `a chain of a hundred thousand operations is differentiated and released`() {
    let x = Variable(Tensor(1, dtype: .float64))
    var y = x
    for _ in 0..<100_000 { y = (y + y) * 0.5 }
    #expect(gradient(of: y, at: [x])[0].value.scalar == 1)
    #expect(gradient(of: y, at: [x], differentiable: true)[0].value.scalar == 1)
  }

  @Test func `a target that is not reached gets zeros of its shape`() {
    let x = leaf(1, 2)
    let other = Variable(random([2, 3]))
    let found = gradient(of: x.squared(), at: [other, x])
    expectClose(found[0].value, .zeros([2, 3], .float64), tolerance: 0)
    expectClose(found[1].value, tensorOf([2, 4], [2]), tolerance: 0)
    let constant = Variable(constant: tensorOf([5], [1]))
    #expect(gradient(of: constant.exp(), at: [x])[0].value.doubles == [0, 0])
  }

  @Test func `detached variables stop gradients`() {
    let x = leaf(3)
    #expect(gradient(of: x * x.detached, at: [x])[0].value.doubles == [3])
    #expect(gradient(of: x.detached.squared(), at: [x])[0].value.doubles == [0])
    #expect(!x.detached.isTracked)
  }

  @Test func `a gradient that is not asked to be differentiable is a constant`() {
    let x = leaf(3)
    let first = gradient(of: x.squared(), at: [x])[0]
    #expect(!first.isTracked)
    #expect(gradient(of: first * x, at: [x])[0].value.doubles == [6])
  }

  @Test func `gradients at intermediate variables`() {
    let x = leaf(2)
    let middle = x.squared()
    let result = middle * x
    // The derivative at the middle is partial, x; the derivative at x is total, 3x².
    let found = gradient(of: result, at: [middle, x])
    #expect(found[0].value.doubles == [2])
    #expect(found[1].value.doubles == [12])
    #expect(gradient(of: middle, at: [middle])[0].value.doubles == [1])
  }

  @Test func `the gradient of a sum is the sum of the gradients`() {
    let x = Variable(random([3]))
    let (f, g) = (x.tanh(), x.exp())
    let together = gradient(of: f + g, at: [x])[0].value
    expectClose(together, gradient(of: f, at: [x])[0].value + gradient(of: g, at: [x])[0].value, tolerance: 1e-15)
  }

  @Test func `a pullback is linear in its cotangent`() {
    let x = Variable(random([3]))
    let y = x.tanh()
    let weight = random([3], "weight")
    let found = pullback(of: y, at: [x], cotangent: Variable(constant: weight))[0].value
    expectClose(found, gradient(of: y, at: [x])[0].value * weight, tolerance: 1e-15)
  }

  /// Both terms of a sum get the same cotangent, which must not be updated in place while it is shared.
  @Test func `adding to one cotangent does not change a shared one`() throws {
    let (a, b) = (Variable(try Tensor([1.0, 2], shape: [2])), Variable(try Tensor([3.0, 4], shape: [2])))
    let cotangent = Variable(constant: try Tensor([5.0, 7], shape: [2]))
    // Three terms in a and one in b share a cotangent. The cotangents of the second output are fresh tensors, added in place.
    let shared = pullback(of: (a + b) + a + a, at: [a, b], cotangent: cotangent)
    #expect(shared[0].value.doubles == [15, 21])
    #expect(shared[1].value.doubles == [5, 7])
    let fresh = pullback(of: a * b + a * 2 + a * a, at: [a, b], cotangent: cotangent)
    // b + 2 + 2a, times the cotangent.
    #expect(fresh[0].value.doubles == [35, 70])
    #expect(fresh[1].value.doubles == [5, 14])
    #expect(cotangent.value.doubles == [5, 7])
    #expect(a.value.doubles == [1, 2])
    #expect(b.value.doubles == [3, 4])
  }
}

extension GradientTests {
  /// The last pass accumulates the cotangents of matmuls in place; a differentiable pass builds a graph.
  @Test func `the gradients of a last pass and of a differentiable pass agree`() {
    let (x, w) = (Variable(random([3, 4, 5], "x")), Variable(random([3, 5, 5], "w")))
    let y = x.matmul(w).tanh()
    let turned = w.matmul(x, transposeSecond: true).tanh().matmul(w.matmul(x, transposeSecond: true), transposeFirst: true)
    let z = y.matmul(w, transposeSecond: true) + turned.matmul(y)
    let (last, graph) = (gradient(of: z, at: [x, w]), gradient(of: z, at: [x, w], differentiable: true))
    for (a, b) in zip(last, graph) { expectClose(a.value, b.value, tolerance: 1e-12) }
    let second = gradient(of: graph[1].tanh(), at: [x, w])
    let again = gradient(of: graph[1].tanh(), at: [x, w], differentiable: true)
    for (a, b) in zip(second, again) { expectClose(a.value, b.value, tolerance: 1e-11) }
  }
}

/// The loss of task i depends only on row i of the task-batched parameters.
@Suite struct TaskAxisTests {
  private let inputs = random([3, 5, 2], "inputs")
  private let targets = random([3, 5, 1], "targets")
  private let shared = random([2, 1], "weights")

  private func losses(_ weights: Variable, tasks: Range<Int>) -> Variable {
    Variable(constant: inputs.slice(tasks).contiguous).matmul(weights).tanh().meanSquaredError(
      targets: Variable(constant: targets.slice(tasks).contiguous))
  }

  @Test func `the gradient of a vector of losses holds every task's own gradient`() {
    let weights = Variable(shared.expanded(over: 3))
    let together = gradient(of: losses(weights, tasks: 0..<3), at: [weights])[0].value
    for task in 0..<3 {
      let own = Variable(shared.expanded(over: 1))
      let alone = gradient(of: losses(own, tasks: task..<(task + 1)), at: [own])[0].value
      expectClose(together[task], alone[0], tolerance: 1e-14)
    }
  }

  @Test func `the gradient at shared parameters is the sum over tasks, at first and second order`() {
    func adapted(_ weights: Variable, _ tasks: Range<Int>) -> Variable {
      let step = gradient(of: losses(weights, tasks: tasks), at: [weights], differentiable: true)[0]
      return losses(weights.adding(step, scaledBy: -0.1), tasks: tasks)
    }
    let leaf = Variable(shared)
    let together = gradient(of: adapted(leaf.broadcastOverTasks(3), 0..<3), at: [leaf])[0].value
    let separate = (0..<3).map { task in
      gradient(of: adapted(leaf.broadcastOverTasks(1), task..<(task + 1)), at: [leaf])[0].value
    }
    expectClose(together, separate.dropFirst().reduce(separate[0], +), tolerance: 1e-14)
  }
}
