import Algorithms
import Autograd
import Models
import TensorCore
import Testing

@Suite struct TrajectoryTests {
  private static func path() -> (Trajectory, Variable) {
    let start = Variable(numbers([1, 2]))
    let trees = [start, start * 2].map { ParameterTree([("w", $0)]) }
    return (Trajectory(parameters: trees, losses: [Variable(constant: numbers([5]))]), start)
  }

  @Test func `the end is the last tree`() {
    #expect(Self.path().0.end["w"].value.doubles == [2, 4])
  }

  @Test func `leaves have the values in a graph of their own`() {
    let (path, start) = Self.path()
    let leaves = path.leaves
    #expect(leaves.parameters.map { $0["w"].value.doubles } == [[1, 2], [2, 4]])
    #expect(leaves.losses[0].value.doubles == [5])
    let end = leaves.end["w"].squared().total()
    #expect(gradient(of: end, at: [leaves.end["w"]])[0].value.doubles == [4, 8])
    #expect(gradient(of: end, at: [start])[0].value.doubles == [0, 0])
  }

  @Test func `what is detached is not tracked`() {
    let (path, start) = Self.path()
    #expect(path.end["w"].isTracked)
    #expect(!path.detached.parameters.contains { $0["w"].isTracked })
    #expect(path.detached.end["w"].value.doubles == [2, 4])
    #expect(gradient(of: path.end["w"].total(), at: [start])[0].value.doubles == [2, 2])
  }

  @Test func `a path without an end traps`() async {
    await #expect(processExitsWith: .failure) { _ = Trajectory(parameters: []) }
  }
}
