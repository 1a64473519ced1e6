/// All differentiable operations, in the order of their names.
///
/// The gradient suite runs over this list, and a test compares it with the files in the folder `Operations`: an operation that
/// is not in the list, and so not checked, fails the build's tests.
public enum Operations {
  /// The types.
  public static let all: [any Operation.Type] = [
    Add.self, Affine.self, BroadcastTasks.self, Concatenate.self, Convolution.self, ConvolutionFilterGradient.self,
    ConvolutionInputGradient.self, Divide.self, Exp.self, Gate.self, LinearLayer.self, Log.self, MatrixProduct.self, Maximum.self,
    Multiply.self, Pad.self, PickPositions.self, PlacePositions.self, ReLU.self, ReciprocalSquareRoot.self, Rectified.self, Reshape.self,
    SafeReciprocal.self, SafeSquareRoot.self, Sigmoid.self, Slice.self, Softplus.self, Square.self, Stretch.self, Sum.self,
    Tanh.self, Transpose.self,
  ]
}
