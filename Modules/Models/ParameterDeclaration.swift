public import TensorCore

/// A parameter as a model declares it.
public struct ParameterDeclaration: Sendable, Hashable {
  /// Stable name in PyTorch's scheme, such as "layers.0.weight".
  public let name: String
  /// The shape in memory.
  public let shape: Shape
  /// The difference between the layouts in memory and in PyTorch's files.
  public let layout: ParameterLayout
  /// The distribution of the initial values.
  public let initialiser: Initialiser

  /// A declaration; by default, the layouts in memory and in files are the same.
  public init(_ name: String, _ shape: Shape, _ layout: ParameterLayout = .same, _ initialiser: Initialiser) {
    self.name = name
    self.shape = shape
    self.layout = layout
    self.initialiser = initialiser
  }
}

/// The layouts of a parameter in memory and in PyTorch's files.
public enum ParameterLayout: Sendable, Hashable {
  /// The same layout in both.
  case same
  /// Memory [in, out], file [out, in].
  case linear
  /// Memory [kh, kw, in, out], file [out, in, kh, kw].
  case convolution
  /// Memory [k, in, out], file [out, in, k].
  case convolutionOverTime
  /// A linear layer on a flattened image: memory [(h, w, c), out], file [out, (c, h, w)].
  case linearOnImage(height: Int, width: Int, channels: Int)

  /// Converts a tensor from the layout in memory to PyTorch's; keeps axes before the last `rank`, such as a task axis.
  public func exported(_ tensor: Tensor, rank: Int) -> Tensor {
    moved(tensor, leading: tensor.shape.rank - rank, toFile: true)
  }

  /// Converts a tensor from PyTorch's layout to the layout in memory; keeps axes before the last `rank`.
  public func imported(_ tensor: Tensor, rank: Int) -> Tensor {
    moved(tensor, leading: tensor.shape.rank - rank, toFile: false)
  }

  private func moved(_ tensor: Tensor, leading: Int, toFile: Bool) -> Tensor {
    let front = Array(0..<leading)
    func behind(_ order: [Int]) -> [Int] { front + order.map { $0 + leading } }
    func leadingShape(_ rest: [Int]) -> Shape { Shape(tensor.shape.dimensions.prefix(leading) + rest) }
    switch self {
    case .same: return tensor
    case .linear: return tensor.transposed(behind([1, 0]))
    case .convolution: return tensor.transposed(behind(toFile ? [3, 2, 0, 1] : [2, 3, 1, 0]))
    case .convolutionOverTime: return tensor.transposed(behind([2, 1, 0]))
    case .linearOnImage(let height, let width, let channels):
      if toFile {
        let outputs = tensor.shape[-1]
        let image = tensor.reshaped(leadingShape([height, width, channels, outputs]))
        return image.transposed(behind([3, 2, 0, 1])).reshaped(leadingShape([outputs, channels * height * width]))
      }
      let outputs = tensor.shape[-2]
      let image = tensor.reshaped(leadingShape([outputs, channels, height, width]))
      return image.transposed(behind([2, 3, 1, 0])).reshaped(leadingShape([height * width * channels, outputs]))
    }
  }

  /// The shape in a file for a shape in memory.
  public func fileShape(_ shape: Shape) -> Shape {
    switch self {
    case .same: shape
    case .linear, .linearOnImage: [shape[1], shape[0]]
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    case .convolutionOverTime: [shape[2], shape[1], shape[0]]
    }
  }
}

extension Model {
  /// Converts parameters to PyTorch's names and layouts, for a file; keeps a leading task axis.
  public func exported(_ tree: ParameterTree<Tensor>) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: parameters.map { ($0.name, $0.layout.exported(tree[$0.name], rank: $0.shape.rank).contiguous) })
  }

  /// Converts parameters without a task axis from PyTorch's names and layouts.
  ///
  /// - Throws: ``ModelError`` if a parameter is missing or unknown, or has the wrong shape.
  public func imported(_ tensors: [String: Tensor]) throws(ModelError) -> ParameterTree<Tensor> {
    let declared = parameters
    if let unknown = tensors.keys.sorted().first(where: { name in !declared.contains { $0.name == name } }) {
      throw .unexpectedParameter(name: unknown)
    }
    var entries: [(String, Tensor)] = []
    for declaration in declared {
      guard let tensor = tensors[declaration.name] else { throw .missingParameter(name: declaration.name) }
      let expected = declaration.layout.fileShape(declaration.shape)
      guard tensor.shape == expected, tensor.dtype.isFloating else {
        throw .parameterShape(name: declaration.name, expected: expected, found: tensor.shape)
      }
      entries.append((declaration.name, declaration.layout.imported(tensor, rank: declaration.shape.rank)))
    }
    return ParameterTree(entries)
  }
}
