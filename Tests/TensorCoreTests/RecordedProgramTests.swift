import Synchronization
import TensorCore
import Testing
import _TestSupport

@Suite struct RecordedProgramTests {
  /// Two blocks of a network with their gradients for one task: every kernel that threads share, and the kernels in between.
  static func network(_ images: Tensor, _ filters: [Tensor], _ scale: Tensor, _ offset: Tensor, pooled: Bool) -> [Tensor] {
    var results: [Tensor] = []
    var input = images
    for filter in filters {
      let geometry = ConvolutionGeometry(
        stride: pooled ? 1 : 2, padding: 1, inputSize: (input.shape[2], input.shape[3]), filterSize: (3, 3))
      let convolved = input.convolved(with: filter, geometry)
      let (normalised, statistics) = convolved.batchNormalised(scale: scale, offset: offset, epsilon: 1e-5, relu: true)
      let gradient = normalised.batchNormGradient(of: convolved, scale: scale, offset: offset, statistics: statistics, relu: true)
      let second = Tensor.batchNormSecond(
        cotangents: gradient, g: normalised, x: convolved, scale: scale, offset: offset, statistics: statistics,
        gradient: (gradient.scale, gradient.offset), relu: true)
      results += [second.g, second.x, second.scale, statistics]
      results.append(gradient.x.convolutionInputGradient(filter: filter, geometry))
      results.append(gradient.x.convolutionFilterGradient(images: input, geometry))
      var sums = [0.5 * convolved, 0.5 * input]
      precondition(
        sums[0].accumulateConvolved(input, with: filter, geometry)
          && sums[1].accumulateConvolutionInputGradient(of: gradient.x, filter: filter, geometry))
      results += sums
      if pooled {
        let (maxima, positions) = normalised.maximumPooled(window: 2)
        results += [maxima, maxima.placed(at: positions), convolved.picked(at: positions)]
        input = maxima
      } else {
        input = 0.5 * normalised
      }
      results.append(input)
    }
    return results
  }

  static func images(_ name: String, channels: Int) throws -> Tensor { try .random([1, 72, 13, 12, channels], name, .float32) }

  @Test(arguments: [(1, 20, false), (1, 64, true), (16, 37, false), (16, 32, false), (9, 16, true)])
  func `threads that run a program together compute the same bits`(channels: Int, filters: Int, pooled: Bool) throws {
    let weights = try [
      Tensor.random([1, 3, 3, channels, filters], "first", .float32), .random([1, 3, 3, filters, filters], "second", .float32),
    ]
    let (scale, offset) = (try Tensor.random([1, filters], "scale", .float32), try Tensor.random([1, filters], "offset", .float32))
    let input = try Self.images("recorded", channels: channels)
    let (program, results) = RecordedProgram.record { Self.network(input, weights, scale, offset, pooled: pooled) }
    let other = try Self.images("other", channels: channels)
    let expected = Self.network(other, weights, scale, offset, pooled: pooled).map(\.floats)
    input.overwrite(with: other)
    program.run()
    #expect(results.map(\.floats) == expected, "run again on one thread")
    for threads in [2, 3, 5] {
      let pool = WorkerPool(threads: threads)
      for tensor in results { tensor.overwrite(with: Tensor(repeating: .nan, shape: tensor.shape)) }
      program.run(on: pool)
      #expect(results.map(\.floats) == expected, "\(threads) threads")
    }
  }

  @Test func `what a program reads from outside lives as long as it does`() throws {
    let input = try Tensor.random([1, 3, 5], "input", .float32)
    var weights: Tensor? = try .random([1, 5, 64], "weights", .float32)
    let (program, result) = RecordedProgram.record { weights.map { input.matmul($0) } ?? input }
    let expected = result.floats
    weights = nil
    let others = (0..<8).map { _ in Tensor(repeating: .nan, shape: [1, 5, 64]) }  // take blocks that were free
    program.run()
    #expect(result.floats == expected)
    withExtendedLifetime(others) {}
  }

  @Test func `numbers that Swift code writes while a program is recorded are its constants`() throws {
    let input = try Tensor.random([4, 16], "input", .float32)
    let (program, result) = try RecordedProgram.record { () throws -> Tensor in
      let scaled = input * (try Tensor((0..<64).map(Float.init), shape: [4, 16]))
      return input + scaled * Tensor(shape: [4, 16], writingFloats: { numbers in for index in numbers.indices { numbers[index] = 2 } })
    }
    let expected = result.floats
    program.run()
    #expect(result.floats == expected)
  }

  @Test func `a sum that is taken in place begins anew in every run`() throws {
    let (input, term) = (try Tensor.random([4, 16], "input", .float32), try Tensor.random([4, 16], "term", .float32))
    let (program, results) = try RecordedProgram.record { () throws -> [Tensor] in
      var shared = input
      shared.accumulate(term)
      var written = try Tensor((0..<64).map(Float.init), shape: [4, 16])
      written.accumulate(term)
      var own = 2 * input
      own.accumulate(term)
      return [shared, written, own]
    }
    let expected = results.map(\.floats)
    program.run()
    #expect(results.map(\.floats) == expected)
    #expect(input.floats == (try Tensor.random([4, 16], "input", .float32)).floats)
  }

  @Test func `a program knows whether numbers were read while it was recorded`() throws {
    let input = Tensor(repeating: 3, shape: [2])
    #expect(!RecordedProgram.record { (2 * input).total }.program.readsNumbers)
    #expect(RecordedProgram.record { (2 * input).total.scalar }.program.readsNumbers)
    #expect(RecordedProgram.record { (2 * input).isFinite }.program.readsNumbers)
    #expect(RecordedProgram.record { (2 * input).norm }.program.readsNumbers)
    #expect(RecordedProgram.record { input.floats }.program.readsNumbers)
    #expect(RecordedProgram.record { input.converted(to: .float64) }.program.readsNumbers)
  }

  /// 13×12 pixels of 8 channels take the products of each pixel; of 16 channels, those of the 7×6 tiles of 2×2 pixels.
  @Test(arguments: [(8, 13 * 12 * 9), (16, 7 * 6 * 16)])
  func `arithmetic is counted once, however many threads share it`(channels: Int, productsOfImage: Int) throws {
    let input = try Self.images("recorded", channels: channels)
    let filter = try Tensor.random([1, 3, 3, channels, 16], "filter", .float32)
    let geometry = ConvolutionGeometry(stride: 1, padding: 1, inputSize: (13, 12), filterSize: (3, 3))
    let (program, _) = RecordedProgram.record { input.convolved(with: filter, geometry) }
    let before = Kernels.productOperationsOfThread
    program.run(on: WorkerPool(threads: 2))
    #expect(Kernels.productOperationsOfThread - before == 2 * 72 * productsOfImage * channels * 16)
  }

  @Test func `together, every thread of a pool runs once`() {
    let pool = WorkerPool(threads: 4)
    let seen = Mutex<[Int]>([])
    for _ in 0..<100 { pool.together { thread in seen.withLock { $0.append(thread) } } }
    #expect(seen.withLock { $0.sorted() } == (0..<pool.threads).flatMap { Array(repeating: $0, count: 100) })
  }
}
