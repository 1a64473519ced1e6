public import Autograd
public import Models
import Registry
public import Tasks
public import TensorCore

extension Learner {
  /// Computes a metric learner's outputs for the query: embeds support and query, then compares them.
  ///
  /// ``NormalisationMode/transductive`` normalises each of the two sets by its own statistics. ``NormalisationMode/support`` normalises
  /// both by the statistics of the support set. ``NormalisationMode/supportPlusOne`` normalises the support set and one query sample at a
  /// time by their joint statistics, without a graph.
  /// - Parameters:
  ///   - parameters: Parameters of the embedding and of the comparison, with a leading task axis.
  ///   - support: The support sets.
  ///   - query: Query inputs, [T, M, …].
  ///   - mode: Normalisation mode of batch norm.
  ///   - compare: Returns outputs [T, M, outputs] from support features [T, N, width] with their targets, query features [T, M, width]
  ///     and the parameters.
  /// - Returns: [T, M, outputs].
  /// - Precondition: The model is an embedding.
  public func comparison(
    _ parameters: ParameterTree<Variable>, support: LabelledSet, query: Tensor, mode: NormalisationMode,
    _ compare: (_ support: Variable, _ targets: Targets, _ query: Variable, _ parameters: ParameterTree<Variable>) -> Variable
  ) -> Variable {
    guard let embedding = model.embedding else { fatalError("\(type(of: model).card.id) is no embedding") }
    func features(_ inputs: Tensor, _ own: ParameterTree<Variable>, _ normalisation: Normalisation) -> Variable {
      embedding.features(Variable(constant: inputs), own, normalisation: normalisation)
    }
    let rows = support.inputs.shape[1]
    func split(_ both: Variable) -> (Variable, Variable) {
      (both.sliced(0..<rows, along: 1), both.sliced(rows..<both.shape[1], along: 1))
    }
    switch model.usesBatchStatistics ? mode : .transductive {
    case .transductive:
      return compare(
        features(support.inputs, parameters, .wholeBatch), support.targets, features(query, parameters, .wholeBatch), parameters)
    case .support:
      let (known, asked) = split(features(.concatenated([support.inputs, query], along: 1), parameters, .leading(rows)))
      return compare(known, support.targets, asked, parameters)
    case .supportPlusOne:
      // The query samples of a task become the task axis; expand parameters and support set over it.
      let tasks = (0..<query.shape[0]).map { task -> Tensor in
        let samples = query.shape[1]
        let own = parameters.map { Variable(constant: $0.value[task].expanded(over: samples)) }
        let front = support.slice(task..<(task + 1))
        let known = LabelledSet(
          inputs: front.inputs[0].expanded(over: samples).contiguous,
          targets: front.targets.mapTensor { $0[0].expanded(over: samples).contiguous })
        let each = query[task].reshaped(query[task].shape.inserting(1, at: 1))
        let (embedded, asked) = split(features(.concatenated([known.inputs, each], along: 1), own, .wholeBatch))
        let outputs = compare(embedded, known.targets, asked, own)
        return outputs.value.reshaped([samples, outputs.shape[2]])
      }
      return Variable(constant: .stacked(tasks))
    }
  }
}
