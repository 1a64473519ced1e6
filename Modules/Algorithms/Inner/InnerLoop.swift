import Autograd
import Models
public import Registry
import Tasks
import TensorCore

/// The settings of adaptation, under the prefix "inner" on the command line.
public struct InnerLoop: Sendable, Hashable {
  /// The settings.
  public static let hyperparameters = HyperparameterTable<InnerLoop>([
    .choice("optimizer", \.optimizer, "Rule of an adaptation step."),
    .integer("steps", \.steps, in: 0...1000, "Adaptation steps in meta-training."),
    .real("learningRate", \.learningRate, in: 0...1000, "Inner learning rate α, for losses that are means over samples."),
    .real("momentum", \.momentum, in: 0...0.9999, "Momentum of the rule momentum."),
    .real("decay", \.decay, in: 0...0.999999, "Decay of RMSProp's squares."),
    .real("beta1", \.beta1, in: 0...0.9999, "Decay of Adam's first moment."),
    .real("beta2", \.beta2, in: 0...0.999999, "Decay of Adam's second moment."),
    .real("epsilon", \.epsilon, in: 1e-12...1, "Added to the squares inside the root of AdaGrad, RMSProp and Adam."),
  ])

  /// The rule of an adaptation step.
  public var optimizer = InnerOptimizer.sgd
  /// Adaptation steps in meta-training.
  public var steps = 1
  /// Inner learning rate α.
  public var learningRate = 0.01
  /// Momentum of the rule momentum.
  public var momentum = 0.9
  /// Decay of RMSProp's squares.
  public var decay = 0.9
  /// Decay of Adam's first moment.
  public var beta1 = 0.9
  /// Decay of Adam's second moment.
  public var beta2 = 0.999
  /// Added to the squares inside the root.
  public var epsilon = 1e-8

  /// One step of SGD with α = 0.01.
  public init() {}

  /// Some steps of a rule.
  public init(_ optimizer: InnerOptimizer = .sgd, steps: Int, learningRate: Double) {
    self.optimizer = optimizer
    self.steps = steps
    self.learningRate = learningRate
  }

  /// The hyperparameters that the rule reads, by name.
  var constants: [(name: String, leaf: Double)] {
    let rate = [(name: "learningRate", leaf: learningRate)]
    switch optimizer {
    case .sgd: return rate
    case .perParameterSGD: return []
    case .momentum: return rate + [("momentum", momentum)]
    case .adagrad: return rate + [("epsilon", epsilon)]
    case .rmsprop: return rate + [("decay", decay), ("epsilon", epsilon)]
    case .adam: return rate + [("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon)]
    }
  }

  /// The rule's hyperparameters over the task axis: those in `learned` as they are, the others as constants.
  func hyperparameters(learned: ParameterTree<Variable>, tasks: Int, dtype: DType) -> InnerOptimizer.Hyperparameters {
    let fixed = constants.filter { learned.leaf($0.name) == nil }
    let tree = ParameterTree(fixed.map { ($0.name, Variable(constant: Tensor($0.leaf, dtype: dtype).repeated(tasks))) })
    return InnerOptimizer.Hyperparameters(
      tree: tree.merging(learned), fixedRate: learned.leaf("learningRate") == nil ? learningRate : nil)
  }
}

/// How much of an adaptation stays in the graph.
enum UnrolledDerivative {
  /// Every step: the meta-gradient is exact.
  case full
  /// The steps are not differentiated: each one starts a graph of its own, which is dropped after it.
  case none
}

/// The steps of an adaptation.
struct AdaptationPath {
  /// All parameters after 0, 1, … steps, [T, …]; the last ones alone where the others are not kept.
  var parameters: [ParameterTree<Variable>]
  /// All parameters after the last step.
  var end: ParameterTree<Variable> { parameters[parameters.count - 1] }
  /// The support loss before each step, [T].
  var losses: [Variable] = []
}

extension InnerLoop {
  /// Adapts parameters [T, …] to support sets, one step after another.
  ///
  /// - Parameters:
  ///   - start: Parameters over the task axis.
  ///   - hyper: The rule's hyperparameters over the task axis.
  ///   - learner: Whose support loss is minimised.
  ///   - support: The support sets.
  ///   - steps: How many steps.
  ///   - derivative: How much stays in the graph.
  ///   - adapts: The parameters that adapt, by name; all where nil.
  ///   - memory: What the rule remembers; carried on by the caller where moments live longer than a task.
  ///   - batch: The support samples of a step; all of them where nil.
  ///   - keepsPath: Whether parameters before the last step are kept: without derivatives, steps then take turns in the same memory.
  /// - Returns: All parameters after 0, 1, …, `steps` steps, and the loss before each step.
  func adapt(
    _ start: ParameterTree<Variable>, _ hyper: InnerOptimizer.Hyperparameters, _ learner: Learner, _ support: LabelledSet, steps: Int,
    keeping derivative: UnrolledDerivative, adapts: ((String) -> Bool)? = nil, memory: inout InnerOptimizer.Memory,
    batch: ((Int) -> LabelledSet)? = nil, keepsPath: Bool
  ) -> AdaptationPath {
    var path = AdaptationPath(parameters: [start])
    var fast = adapts.map(start.filter) ?? start
    for index in 0..<steps {
      // Without derivatives a step sees fresh leaves, so that nothing before it is kept alive. With them the graph goes on,
      // and what is not tracked yet becomes a leaf, because the step differentiates at it.
      fast = fast.map { derivative == .full && $0.isTracked ? $0 : $0.leaf }
      let present = adapts == nil ? fast : start.updated(with: fast)
      let loss = KernelProfile.during(.forward) { learner.supportLoss(present, batch?(index) ?? support) }
      let gradients = KernelProfile.during(.innerGradient) {
        fast.replacing(gradient(of: loss, at: fast.leaves, differentiable: derivative == .full))
      }
      fast = optimizer.step(derivative == .full ? fast : fast.map(\.detached), gradients, hyper, &memory)
      if derivative == .none { memory = memory.detached }
      path.losses.append(loss.detached)
      if !keepsPath { path.parameters.removeAll(keepingCapacity: true) }
      path.parameters.append(adapts == nil ? fast : start.updated(with: fast))
    }
    return path
  }

  /// The path of an adaptation that is not differentiated, as algorithms hand it to scoring.
  func adapted(
    _ learned: ParameterTree<Tensor>, _ learner: Learner, support: LabelledSet, steps: Int, adapts: ((String) -> Bool)? = nil,
    batch: ((Int) -> LabelledSet)? = nil
  ) -> [Adapted] {
    let tasks = support.inputs.shape[0]
    let overTasks = learned.map { Variable(constant: $0.repeated(tasks)) }
    let hyper = hyperparameters(learned: overTasks.subtree("inner"), tasks: tasks, dtype: support.inputs.dtype)
    var memory = InnerOptimizer.Memory()
    let path = adapt(
      overTasks.subtree("initial"), hyper, learner, support, steps: steps, keeping: .none, adapts: adapts, memory: &memory, batch: batch,
      keepsPath: true)
    return path.parameters.map { Adapted(parameters: $0.map(\.value), support: support) }
  }
}
