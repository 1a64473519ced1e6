/// All differentiable operations, in the order of their names.
///
/// The gradient suite checks every operation in this list. A test compares the list with the files in the folder `Operations`, so
/// an unchecked operation fails the tests.
public enum Operations {
  /// The types of all operations.
  public static let all: [any Operation.Type] = [
    Absolute.self, Add.self, Affine.self, BroadcastTasks.self, Clip.self, Concatenate.self, Convolution.self,
    ConvolutionFilterGradient.self, ConvolutionInputGradient.self, Divide.self, ElementwiseMaximum.self, Exp.self, Expand.self, Gate.self,
    LinearLayer.self, Log.self, MatMul.self, Maximum.self, Multiply.self, Pad.self, PickPositions.self, PlacePositions.self, ReLU.self,
    ReLUOfNonnegative.self, ReciprocalSquareRoot.self, Reshape.self, SafeReciprocal.self, SafeSquareRoot.self, Sigmoid.self, Slice.self,
    Softplus.self, Solve.self, Square.self, Sum.self, Tanh.self, Transpose.self,
  ]
}
