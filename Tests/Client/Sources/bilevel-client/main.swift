import Algorithms
import Autograd
import Models
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Bilevel optimisation without episodes: the loss on clean data judges what a model learns, and drives the outer parameters.

/// Points in the plane, labelled by a line; some labels are wrong.
struct Points {
  let inputs: Variable  // [1, N, 2]
  let labels: Variable  // [1, N, 1]
  let isFlipped: [Bool]

  init(_ count: Int, flipped: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed)
    var (x, y): ([Float], [Float]) = ([], [])
    for index in 0..<count {
      let point = (Float(stream.normal()), Float(stream.normal()))
      x += [point.0, point.1]
      y.append((2 * point.0 - point.1 > 0) != (index < flipped) ? 1 : 0)
    }
    inputs = Variable(constant: Tensor(shape: [1, count, 2]) { _ = $0.initialize(from: x) })
    labels = Variable(constant: Tensor(shape: [1, count, 1]) { _ = $0.initialize(from: y) })
    isFlipped = (0..<count).map { $0 < flipped }
  }

  /// log(1 + exp(x)) − y·x of each point, [1, N, 1].
  func losses(_ weight: Variable) -> Variable {
    let logits = inputs.matmul(weight)
    return logits.softplus() - labels * logits
  }
}

/// Gradient descent on the outer parameters of a bilevel problem.
func descend(
  _ start: ParameterTree<Tensor>, steps: Int, rate: Double, _ hypergradient: (ParameterTree<Tensor>) -> Bilevel.Result
) -> (outer: ParameterTree<Tensor>, losses: [Double]) {
  var (outer, losses) = (start, [Double]())
  for _ in 0..<steps {
    let result = hypergradient(outer)
    losses.append(result.outerLoss)
    outer = outer.zip(result.gradient) { $0 - rate * $1 }
  }
  return (outer, losses)
}

/// Learns both, and returns whether the results are as expected.
func learn() -> Bool {
  let initial = ParameterTree([("weight", Tensor.zeros([1, 2, 1]))])
  let (noisy, clean) = (Points(60, flipped: 24, seed: 1), Points(60, flipped: 0, seed: 2))
  let training = Bilevel(Momentum.self, steps: 10, learningRate: 0.5)

  // 1. A weight for each training example, sigmoid(λᵢ), equal at the start.
  let weights = descend(ParameterTree([("λ", Tensor.zeros([1, 60, 1]))]), steps: 100, rate: 20) { outer in
    training.hypergradient(
      at: outer, from: initial, inner: { w, outer, _ in (noisy.losses(w["weight"]) * outer["λ"].sigmoid()).mean([1, 2]) },
      outer: { w, _ in clean.losses(w["weight"]).mean([1, 2]) })
  }
  let learned = weights.outer["λ"].doubles
  func mean(_ isFlipped: Bool) -> Double {
    let chosen = zip(learned, noisy.isFlipped).filter { $0.1 == isFlipped }.map { 1 / (1 + exp(-$0.0)) }
    return chosen.reduce(0, +) / Double(chosen.count)
  }
  print("example weights: \(mean(false)) where labels are right, \(mean(true)) where they are wrong")
  print("loss on clean data: \(weights.losses[0]) before, \(weights.losses[weights.losses.count - 1]) after")

  // 2. The strength of a penalty, exp(λ), and the learning rate, softplus(ρ), learned together on eight noisy examples.
  let few = Points(8, flipped: 2, seed: 3)
  let penalty = descend(ParameterTree([("λ", Tensor(-4)), ("ρ", Tensor(0.5))]), steps: 60, rate: 0.5) { outer in
    training.hypergradient(
      at: outer, from: initial,
      inner: { w, outer, _ in few.losses(w["weight"]).mean([1, 2]) + outer["λ"].exp() * w["weight"].squared().sum([1, 2]) },
      outer: { w, _ in clean.losses(w["weight"]).mean([1, 2]) },
      hyperparameters: { ParameterTree([("learningRate", $0["ρ"].softplus())]) })
  }
  print("penalty: exp(λ) = \(exp(penalty.outer["λ"].scalar)); loss on clean data \(penalty.losses[0]) before, \(penalty.losses[59]) after")
  return mean(false) > 2 * mean(true) && weights.losses[99] < 0.5 * weights.losses[0] && penalty.losses[59] < penalty.losses[0]
}

if !learn() {
  print("expected example weights that tell right labels from wrong ones, and lower losses")
  exit(1)
}
