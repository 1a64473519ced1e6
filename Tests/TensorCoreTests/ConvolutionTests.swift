import TensorCore
import Testing
import _TestSupport

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let tasks, images, height, width, inputs, outputs, filterHeight, filterWidth, stride, padding: Int
    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(stride: stride, padding: padding, inputSize: (height, width), filterSize: (filterHeight, filterWidth))
    }
    var testDescription: String {
      "\(images)×\(height)×\(width)×\(inputs) to \(outputs) by \(filterHeight)×\(filterWidth), stride \(stride), padding \(padding)"
    }
  }

  static let cases = [
    Case(tasks: 1, images: 1, height: 1, width: 1, inputs: 1, outputs: 1, filterHeight: 1, filterWidth: 1, stride: 1, padding: 0),
    Case(tasks: 2, images: 3, height: 7, width: 5, inputs: 2, outputs: 3, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
    Case(tasks: 2, images: 2, height: 7, width: 8, inputs: 3, outputs: 4, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 5, height: 28, width: 28, inputs: 1, outputs: 5, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 2, height: 6, width: 6, inputs: 2, outputs: 2, filterHeight: 2, filterWidth: 3, stride: 3, padding: 0),
    Case(tasks: 1, images: 1, height: 3, width: 3, inputs: 2, outputs: 2, filterHeight: 5, filterWidth: 5, stride: 1, padding: 2),
    Case(tasks: 1, images: 1, height: 2, width: 2, inputs: 1, outputs: 2, filterHeight: 1, filterWidth: 1, stride: 1, padding: 2),
    // Few channels: runs longer than a vector, strides of 3, padding larger than the filter.
    Case(tasks: 2, images: 5, height: 9, width: 23, inputs: 1, outputs: 2, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
    Case(tasks: 1, images: 3, height: 11, width: 10, inputs: 1, outputs: 3, filterHeight: 4, filterWidth: 2, stride: 3, padding: 2),
    Case(tasks: 1, images: 2, height: 5, width: 4, inputs: 3, outputs: 2, filterHeight: 2, filterWidth: 2, stride: 2, padding: 3),
    // Full vectors of channels, several tiles, images that the stride does not divide, filter rows entirely in the padding.
    Case(tasks: 2, images: 12, height: 5, width: 7, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 3, height: 4, width: 6, inputs: 9, outputs: 17, filterHeight: 3, filterWidth: 2, stride: 3, padding: 2),
    Case(tasks: 1, images: 2, height: 3, width: 2, inputs: 8, outputs: 4, filterHeight: 2, filterWidth: 2, stride: 2, padding: 3),
    Case(tasks: 1, images: 40, height: 4, width: 4, inputs: 32, outputs: 8, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 2, height: 7, width: 7, inputs: 8, outputs: 8, filterHeight: 1, filterWidth: 1, stride: 2, padding: 0),
    Case(tasks: 1, images: 9, height: 14, width: 14, inputs: 16, outputs: 3, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
    // Tiles of 2×2 outputs: a last chunk that is shorter, whole chunks only, odd and even sizes, every padding.
    Case(tasks: 2, images: 5, height: 7, width: 10, inputs: 16, outputs: 32, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
    Case(tasks: 1, images: 12, height: 8, width: 8, inputs: 32, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
    Case(tasks: 2, images: 3, height: 10, width: 9, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 1, padding: 0),
    Case(tasks: 1, images: 2, height: 12, width: 7, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 1, padding: 2),
    // The same with stride 2: pairs of outputs alone, single outputs in the last row, in the last column, and in both.
    Case(tasks: 2, images: 12, height: 8, width: 8, inputs: 16, outputs: 32, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 5, height: 11, width: 12, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 0),
    Case(tasks: 2, images: 9, height: 8, width: 6, inputs: 32, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 11, height: 9, width: 10, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    Case(tasks: 1, images: 4, height: 9, width: 9, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 2),
    Case(tasks: 1, images: 4, height: 8, width: 9, inputs: 16, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 3),
    // Many channels: the filter gradient goes through patches.
    Case(tasks: 1, images: 2, height: 8, width: 8, inputs: 272, outputs: 16, filterHeight: 3, filterWidth: 3, stride: 2, padding: 1),
    // Filters in slices of several depths, of which the last is shorter.
    Case(tasks: 1, images: 2, height: 5, width: 5, inputs: 24, outputs: 64, filterHeight: 3, filterWidth: 3, stride: 1, padding: 1),
  ]

  /// Visits every product in the sum of a convolution.
  static func eachTerm(_ item: Case, _ body: (_ image: [Int], _ filter: [Int], _ output: [Int]) -> Void) {
    let size = item.geometry.outputSize
    for t in 0..<item.tasks {
      for output in Reference.indices(of: [item.images, size.height, size.width, item.outputs]) {
        for filter in Reference.indices(of: [item.filterHeight, item.filterWidth, item.inputs]) {
          let row = output[1] * item.stride + filter[0] - item.padding
          let column = output[2] * item.stride + filter[1] - item.padding
          guard (0..<item.height).contains(row), (0..<item.width).contains(column) else { continue }
          body([t, output[0], row, column, filter[2]], [t] + filter + [output[3]], [t] + output)
        }
      }
    }
  }

  @Test(arguments: cases, floatingTypes)
  func `all three maps of the family`(item: Case, dtype: DType) throws {
    let size = item.geometry.outputSize
    let images = try Tensor.random([item.tasks, item.images, item.height, item.width, item.inputs], "images", dtype)
    let filter = try Tensor.random([item.tasks, item.filterHeight, item.filterWidth, item.inputs, item.outputs], "filter", dtype)
    let outputs = try Tensor.random([item.tasks, item.images, size.height, size.width, item.outputs], "outputs", dtype)
    for (x, w, y) in [
      (images, filter, outputs), (images, filter[0].expanded(over: item.tasks), outputs),
      (images[0].expanded(over: item.tasks), filter, outputs),
      (images, filter, outputs[0].expanded(over: item.tasks)),
    ] {
      try check(item, x, w, y, dtype)
    }
  }

  @Test(arguments: cases.filter { $0.inputs == 16 && $0.outputs % 16 == 0 && $0.filterHeight == 3 && $0.images > 1 }, floatingTypes)
  func `3×3 filters on full vectors of channels take fewer products than the definition`(item: Case, dtype: DType) throws {
    let size = item.geometry.outputSize
    let images = try Tensor.random([item.tasks, item.images, item.height, item.width, item.inputs], "images", dtype)
    let filter = try Tensor.random([item.tasks, 3, 3, item.inputs, item.outputs], "filter", dtype)
    let outputs = try Tensor.random([item.tasks, item.images, size.height, size.width, item.outputs], "outputs", dtype)
    func operations(_ body: () -> Tensor) -> Int {
      let before = Kernels.productOperationsOfThread
      _ = body()
      return Kernels.productOperationsOfThread - before
    }
    let definition = 2 * item.tasks * item.images * size.height * size.width * 9 * item.inputs * item.outputs
    #expect(operations { images.convolved(with: filter, item.geometry) } < definition)
    #expect(operations { outputs.convolutionFilterGradient(images: images, item.geometry) } < definition)
    #expect(operations { outputs.convolutionInputGradient(filter: filter, item.geometry) } < definition)
  }

  /// The three convolution kernels, each accumulated into ones.
  static func added(_ images: Tensor, _ filter: Tensor, _ outputs: Tensor, _ geometry: ConvolutionGeometry) -> [Tensor] {
    var sums = [outputs, images, filter].map { Tensor.ones($0.shape, $0.dtype) }
    precondition(
      sums[0].accumulateConvolved(images, with: filter, geometry)
        && sums[1].accumulateConvolutionInputGradient(of: outputs, filter: filter, geometry)
        && sums[2].accumulateConvolutionFilterGradient(of: outputs, images: images, geometry))
    return sums
  }

  /// The assumed cache size is a setting of the process, so this test has its own process.
  @Test func `convolutions are the same for any cache`() async {
    await #expect(processExitsWith: .success) {
      for (inputs, stride, size) in [(24, 1, 14), (24, 2, 7), (1, 2, 7), (16, 1, 14), (16, 2, 7)] {
        let geometry = ConvolutionGeometry(stride: stride, padding: 1, inputSize: (14, 14), filterSize: (3, 3))
        let images = try Tensor.random([2, 7, 14, 14, inputs], "images", .float64)
        let filter = try Tensor.random([2, 3, 3, inputs, 64], "filter", .float64)
        let outputs = try Tensor.random([2, 7, size, size, 64], "outputs", .float64)
        let results = [32 << 10, 48 << 10].map { bytes in
          Kernels.assumeFirstLevelCache(bytes: bytes)
          return [
            images.convolved(with: filter, geometry), outputs.convolutionInputGradient(filter: filter, geometry),
            outputs.convolutionFilterGradient(images: images, geometry),
          ] + Self.added(images, filter, outputs, geometry)
        }
        for (small, large) in zip(results[0], results[1]) {
          let apart = zip(small.doubles, large.doubles).map { abs($0 - $1) }.max() ?? .infinity
          precondition(apart < 1e-11, "\(apart) apart")
        }
      }
    }
  }

  func check(_ item: Case, _ images: Tensor, _ filter: Tensor, _ outputs: Tensor, _ dtype: DType) throws {
    let (x, w, y) = (Reference(images), Reference(filter), Reference(outputs))
    var forward = Array(repeating: 0.0, count: y.values.count)
    var inputGradient = Array(repeating: 0.0, count: x.values.count)
    var filterGradient = Array(repeating: 0.0, count: w.values.count)
    func place(_ index: [Int], _ shape: [Int]) -> Int { zip(shape, index).reduce(0) { $0 * $1.0 + $1.1 } }
    Self.eachTerm(item) { image, weight, output in
      forward[place(output, y.shape)] += x[image] * w[weight]
      inputGradient[place(image, x.shape)] += y[output] * w[weight]
      filterGradient[place(weight, w.shape)] += x[image] * y[output]
    }
    // The bound is the worst case of recursive summation: one rounding for each term.
    let rounding = dtype == .float32 ? 2e-7 : 4e-16
    func tolerance(_ terms: Int) -> Double { rounding * Double(max(terms, 4)) }
    let taps = item.filterHeight * item.filterWidth
    let size = item.geometry.outputSize
    expectClose(
      images.convolved(with: filter, item.geometry), try Reference(shape: y.shape, values: forward).tensor(dtype),
      tolerance: tolerance(taps * item.inputs))
    expectClose(
      outputs.convolutionInputGradient(filter: filter, item.geometry), try Reference(shape: x.shape, values: inputGradient).tensor(dtype),
      tolerance: tolerance(taps * item.outputs))
    expectClose(
      outputs.convolutionFilterGradient(images: images, item.geometry), try Reference(shape: w.shape, values: filterGradient).tensor(dtype),
      tolerance: tolerance(item.images * size.height * size.width))

    let (forwardStart, inputStart, filterStart) = (
      try Tensor.random(Shape(y.shape), "first", dtype), try Tensor.random(Shape(x.shape), "second", dtype),
      try Tensor.random(Shape(w.shape), "third", dtype)
    )
    var sums = [forwardStart, inputStart, filterStart].map(\.separateCopy)
    let added = [
      sums[0].accumulateConvolved(images, with: filter, item.geometry),
      sums[1].accumulateConvolutionInputGradient(of: outputs, filter: filter, item.geometry),
      sums[2].accumulateConvolutionFilterGradient(of: outputs, images: images, item.geometry),
    ]
    #expect(added == [true, true, true])
    expectClose(sums[0], forwardStart + images.convolved(with: filter, item.geometry), tolerance: tolerance(taps * item.inputs))
    expectClose(
      sums[1], inputStart + outputs.convolutionInputGradient(filter: filter, item.geometry), tolerance: tolerance(taps * item.outputs))
    expectClose(
      sums[2], filterStart + outputs.convolutionFilterGradient(images: images, item.geometry),
      tolerance: tolerance(item.images * size.height * size.width))
  }

  @Test func `what others read is not added to`() throws {
    let geometry = ConvolutionGeometry(stride: 1, padding: 1, inputSize: (4, 4), filterSize: (3, 3))
    let (images, filter) = (Tensor.ones([1, 2, 4, 4, 3]), Tensor.ones([1, 3, 3, 3, 3]))
    var (sum, filterSum) = (images, filter)
    let added = [
      sum.accumulateConvolved(images, with: filter, geometry),
      sum.accumulateConvolutionInputGradient(of: images, filter: filter, geometry),
      filterSum.accumulateConvolutionFilterGradient(of: images, images: images, geometry),
    ]
    #expect(added == [false, false, false])
    #expect(sum.floats == images.floats && filterSum.floats == filter.floats)
    #expect(images.floats.allSatisfy { $0 == 1 } && filter.floats.allSatisfy { $0 == 1 })
  }

  @Test func `no images give zeros`() {
    let geometry = ConvolutionGeometry(stride: 1, padding: 1, inputSize: (4, 4), filterSize: (3, 3))
    // The result reuses a block with old content.
    for _ in 0..<3 { _ = Tensor.ones([1, 3, 3, 2, 2], .float64) }
    let gradient = Tensor.zeros([1, 0, 4, 4, 2], .float64).convolutionFilterGradient(images: .zeros([1, 0, 4, 4, 2], .float64), geometry)
    #expect(gradient.doubles == Array(repeating: 0, count: 36))
    #expect(Tensor.zeros([1, 0, 4, 4, 2]).convolved(with: .zeros([1, 3, 3, 2, 5]), geometry).shape == [1, 0, 4, 4, 5])
  }

  @Test func `no channels give empty images`() {
    let geometry = ConvolutionGeometry(stride: 2, padding: 1, inputSize: (4, 4), filterSize: (3, 3))
    let filter = Tensor.zeros([1, 3, 3, 0, 8])
    #expect(Tensor.ones([1, 2, 2, 2, 8]).convolutionInputGradient(filter: filter, geometry).shape == [1, 2, 4, 4, 0])
    #expect(Tensor.ones([1, 2, 4, 4, 8]).convolved(with: .zeros([1, 3, 3, 8, 0]), geometry).shape == [1, 2, 2, 2, 0])
  }

  @Test func `operands that do not fit trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(stride: 1, padding: 0, inputSize: (2, 2), filterSize: (3, 3))
    }
    await #expect(processExitsWith: .failure) {
      let geometry = ConvolutionGeometry(stride: 1, padding: 1, inputSize: (4, 4), filterSize: (3, 3))
      _ = Tensor.zeros([1, 1, 4, 4, 2]).convolved(with: .zeros([1, 3, 3, 3, 5]), geometry)
    }
  }
}
