/// A layer with weights, as algorithms that transform layers need to know it.
public struct ModelLayer: Sendable, Hashable {
  /// The function of the weight.
  public enum Kind: Sendable, Hashable {
    /// A weight [in, out].
    case linear
    /// Filters [kernel…, in, out].
    case convolution
  }

  /// Whether the layer is linear or a convolution.
  public let kind: Kind
  /// The name of the weight.
  public let weight: String
  /// The name of the bias, [outputs].
  public let bias: String
  /// Number of outputs, or of channels.
  public let outputs: Int
  /// The names of the scale and the offset, [outputs] each, of a batch norm between the layer and its activation; nil without one.
  public let norm: Norm?

  /// The parameters of a batch norm.
  public struct Norm: Sendable, Hashable {
    /// The name of the scale.
    public let scale: String
    /// The name of the offset.
    public let offset: String

    /// Names the parameters of a batch norm.
    public init(scale: String, offset: String) {
      self.scale = scale
      self.offset = offset
    }
  }

  /// Creates a layer named `name`, whose parameters are "<name>.weight" and "<name>.bias".
  public init(_ kind: Kind, _ name: String, outputs: Int, norm: Norm? = nil) {
    self.kind = kind
    weight = "\(name).weight"
    bias = "\(name).bias"
    self.outputs = outputs
    self.norm = norm
  }
}
