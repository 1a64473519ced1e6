import Autograd
import Models
import TensorCore

/// A tensor of numbers.
func tensorOf(_ numbers: [Double], _ shape: Shape) -> Tensor {
  precondition(numbers.count == shape.elementCount, "\(numbers.count) numbers for \(shape)")
  return Tensor(shape: shape, dtype: .float64) { bytes in
    _ = bytes.bindMemory(to: Double.self).initialize(from: numbers)
  }
}

/// Standard normal numbers, the same in every run.
func random(_ shape: Shape, _ purpose: String) -> Tensor {
  var stream = RandomStream(seed: 11).child(purpose)
  return tensorOf((0..<shape.elementCount).map { _ in stream.normal() }, shape)
}

/// Random parameters with a task axis, including norms and biases, so that every parameter affects the result.
func randomParameters(_ model: some Model, tasks: Int) -> ParameterTree<Tensor> {
  ParameterTree(
    model.parameters.map { declaration in
      let shape = declaration.shape.inserting(tasks, at: 0)
      return (declaration.name, 0.5 * random(shape, declaration.name))
    })
}

extension Model {
  /// The model's outputs for tensors.
  func outputs(_ input: Tensor, _ parameters: ParameterTree<Tensor>, normalisation: Normalisation = .wholeBatch) -> Tensor {
    self(Variable(constant: input), parameters.map { Variable(constant: $0) }, normalisation: normalisation).value
  }
}

/// Images of one task as plain numbers, with the layers of a network written directly from their definitions.
struct ReferenceImages {
  var count: Int
  var height: Int
  var width: Int
  var channels: Int
  var values: [Double]

  init(_ task: Tensor) {
    (count, height, width, channels) = (task.shape[0], task.shape[1], task.shape[2], task.shape[3])
    values = task.doubles
  }

  private init(_ count: Int, _ height: Int, _ width: Int, _ channels: Int) {
    (self.count, self.height, self.width, self.channels) = (count, height, width, channels)
    values = Array(repeating: 0, count: count * height * width * channels)
  }

  private func place(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> Int {
    ((image * height + row) * width + column) * channels + channel
  }

  subscript(image: Int, row: Int, column: Int, channel: Int) -> Double {
    get { values[place(image, row, column, channel)] }
    set { values[place(image, row, column, channel)] = newValue }
  }

  private func filled(_ target: ReferenceImages, _ body: (Int, Int, Int, Int) -> Double) -> ReferenceImages {
    var result = target
    for image in 0..<target.count {
      for row in 0..<target.height {
        for column in 0..<target.width {
          for channel in 0..<target.channels { result[image, row, column, channel] = body(image, row, column, channel) }
        }
      }
    }
    return result
  }

  /// A convolution 3×3 with padding 1 and a filter [3, 3, in, out].
  func convolved(_ filter: Tensor, bias: Tensor, stride: Int) -> ReferenceImages {
    let (weights, biases) = (filter.doubles, bias.doubles)
    let outputs = filter.shape[3]
    let target = ReferenceImages(count, (height - 1) / stride + 1, (width - 1) / stride + 1, outputs)
    return filled(target) { image, row, column, output in
      var sum = biases[output]
      for i in 0..<3 {
        for j in 0..<3 {
          let (y, x) = (row * stride + i - 1, column * stride + j - 1)
          guard y >= 0, y < height, x >= 0, x < width else { continue }
          for input in 0..<channels {
            sum += self[image, y, x, input] * weights[((i * 3 + j) * channels + input) * outputs + output]
          }
        }
      }
      return sum
    }
  }

  /// Batch norm with the biased statistics of the first `rows` images, ε = 1e-5.
  func normalised(scale: Tensor, offset: Tensor, rows: Int) -> ReferenceImages {
    let (scales, offsets) = (scale.doubles, offset.doubles)
    let moments = (0..<channels).map { channel -> (mean: Double, variance: Double) in
      let numbers = stride(from: channel, to: rows * height * width * channels, by: channels).map { values[$0] }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      return (mean, numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count))
    }
    return filled(self) { image, row, column, channel in
      let (mean, variance) = moments[channel]
      return scales[channel] * (self[image, row, column, channel] - mean) / (variance + 1e-5).squareRoot() + offsets[channel]
    }
  }

  func mapped(_ function: (Double) -> Double) -> ReferenceImages {
    var result = self
    result.values = values.map(function)
    return result
  }

  /// Max pooling 2×2, rounding sizes down.
  func pooled() -> ReferenceImages {
    filled(ReferenceImages(count, height / 2, width / 2, channels)) { image, row, column, channel in
      let window = [(0, 0), (0, 1), (1, 0), (1, 1)]
      return window.map { self[image, 2 * row + $0.0, 2 * column + $0.1, channel] }.max() ?? .nan
    }
  }

  /// The mean over positions, one row of channels per image.
  func averaged() -> [[Double]] {
    (0..<count).map { image in
      (0..<channels).map { channel in
        var sum = 0.0
        for row in 0..<height { for column in 0..<width { sum += self[image, row, column, channel] } }
        return sum / Double(height * width)
      }
    }
  }

  /// All positions, one row per image, channels innermost.
  func flattened() -> [[Double]] {
    let size = height * width * channels
    return (0..<count).map { Array(values[($0 * size)..<(($0 + 1) * size)]) }
  }
}

/// Rows times a weight [in, out] plus a bias.
func referenceLinear(_ rows: [[Double]], _ weight: Tensor, _ bias: Tensor) -> [[Double]] {
  let (weights, biases) = (weight.doubles, bias.doubles)
  return rows.map { row in
    biases.indices.map { output in
      row.indices.reduce(biases[output]) { $0 + row[$1] * weights[$1 * biases.count + output] }
    }
  }
}
