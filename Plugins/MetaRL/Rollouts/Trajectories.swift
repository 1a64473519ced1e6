public import TensorCore

/// The trajectories of a shard: T tasks, N trajectories each, H steps each.
public struct Trajectories: Sendable {
  /// What the policy saw, [T, N · H, entries].
  public let observations: Tensor
  /// What it did, [T, N · H, entries].
  public let actions: Tensor
  /// The outputs of the policy that acted, [T, N · H, entries].
  public let outputs: Tensor
  /// Rewards, [T, N, H]; 0 after the end of a trajectory.
  public let rewards: Tensor
  /// 1 for each step of a trajectory up to its end, 0 after it, [T, N, H].
  public let mask: Tensor

  /// Creates trajectories from joined tensors, in the shapes of the properties.
  public init(observations: Tensor, actions: Tensor, outputs: Tensor, rewards: Tensor, mask: Tensor) {
    self.observations = observations
    self.actions = actions
    self.outputs = outputs
    self.rewards = rewards
    self.mask = mask
  }

  /// Joins the steps of a rollout, in order; each tensor is [T, N, …].
  init(steps observations: [Tensor], actions: [Tensor], outputs: [Tensor], rewards: [Tensor], mask: [Tensor]) {
    func samples(_ steps: [Tensor]) -> Tensor {
      let joined = Tensor.stacked(steps).transposed([1, 2, 0, 3]).contiguous
      return joined.reshaped([joined.shape[0], joined.shape[1] * joined.shape[2], joined.shape[3]])
    }
    func numbers(_ steps: [Tensor]) -> Tensor { Tensor.stacked(steps).transposed([1, 2, 0]).contiguous }
    self.observations = samples(observations)
    self.actions = samples(actions)
    self.outputs = samples(outputs)
    self.rewards = numbers(rewards)
    self.mask = numbers(mask)
  }

  /// The sum of each trajectory's rewards, [T, N].
  public var returns: Tensor { rewards.sum([2]).reshaped([rewards.shape[0], rewards.shape[1]]) }

  /// The returns as predictions of an algorithm, [T, N, 1].
  var predictions: Tensor { returns.reshaped([rewards.shape[0], rewards.shape[1], 1]) }

  /// The mean return of each task, [T].
  public var meanReturns: Tensor { returns.mean([1]).reshaped([rewards.shape[0]]) }
}
