public import TensorCore

/// The rows of an environment's episodes, each of which starts one trajectory.
///
/// ```
/// row = [description of the task …, key, key]
/// ```
/// The keys are whole numbers below 2²⁴, which float32 holds exactly. All random numbers of a trajectory come from a stream that the keys
/// determine, so a trajectory is a pure function of its row, the policy and the round: its place in the set, the other tasks of the shard
/// and the number of threads do not matter.
public enum TrajectoryRows {
  /// Number of keys in a row.
  private static let keys = 2

  /// Number of entries of a row for task descriptions of the given width.
  public static func width(tasks: Int) -> Int { tasks + keys }

  /// Rows for `count` trajectories of one task, [count, width].
  static func drawn(_ count: Int, of task: [Float], from stream: RandomStream) -> Tensor {
    var stream = stream
    let width = width(tasks: task.count)
    return Tensor(shape: [count, width]) { numbers in
      for row in 0..<count {
        for (place, number) in task.enumerated() { numbers.initializeElement(at: row * width + place, to: number) }
        for key in 0..<keys {
          numbers.initializeElement(at: row * width + task.count + key, to: Float(stream.integer(below: 1 << 24)))
        }
      }
    }
  }

  /// The task descriptions of stacked rows: [T, N, width] without the keys.
  public static func tasks(of rows: Tensor) -> Tensor { rows.sliced(0..<(rows.shape[2] - keys), along: 2) }

  /// Random numbers for every step of every trajectory.
  ///
  /// - Parameters:
  ///   - rows: Stacked rows, [T, N, width].
  ///   - horizon: Number of steps.
  ///   - width: Numbers for each step.
  ///   - round: The number of the rollout from the same rows; each round has its own numbers.
  ///   - purpose: What the numbers are for; each purpose has its own numbers.
  ///   - draw: Draws one number.
  /// - Returns: [horizon, T, N, width] in the type of the rows.
  public static func noise(
    _ rows: Tensor, horizon: Int, width: Int, round: Int, purpose: String, draw: (inout RandomStream) -> Double
  ) -> Tensor {
    var streams = streams(rows, round: round, purpose: purpose)
    let count = streams.count
    return Tensor(shape: [horizon, rows.shape[0], rows.shape[1], width], dtype: .float64) { bytes in
      let noise = bytes.bindMemory(to: Double.self)
      for row in 0..<count {
        for time in 0..<horizon {
          for place in 0..<width { noise.initializeElement(at: (time * count + row) * width + place, to: draw(&streams[row])) }
        }
      }
    }.converted(to: rows.dtype)
  }

  /// The random stream of each trajectory, row by row, for a caller that draws a number of its own choice.
  ///
  /// The parameters are those of ``noise(_:horizon:width:round:purpose:draw:)``.
  public static func streams(_ rows: Tensor, round: Int, purpose: String) -> [RandomStream] {
    let (numbers, entries) = (rows.doubles, rows.shape[2])
    let root = RandomStream(seed: 0).child(purpose).child(round)
    return (0..<(rows.shape[0] * rows.shape[1])).map { row in
      // The bits of the key as a number: any number keys a stream, and both floating types give the same one.
      (entries - keys..<entries).reduce(root) { stream, place in
        stream.child(Int(bitPattern: UInt(numbers[row * entries + place].bitPattern)))
      }
    }
  }
}
