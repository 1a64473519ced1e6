import Tasks
import TensorCore
import Testing
import _TestSupport

@Suite struct ImageDomainTests {
  private func changed(_ values: [Float], _ shape: Shape, _ domain: TaskDomain, image number: Int = 0) -> [Float] {
    let image = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
    defer { image.deallocate() }
    _ = image.initialize(from: values)
    domain.apply(to: image, shape: shape, from: RandomStream(seed: 3).child(number))
    return Array(image)
  }

  private func expectNear(
    _ actual: [Float], _ expected: [Float], tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(actual.map(Double.init), expected.map(Double.init), tolerance: tolerance, sourceLocation: sourceLocation)
  }

  @Test func `clean and inverted`() {
    let image: [Float] = [0, 0.25, 0.5, 1]
    #expect(changed(image, [2, 2, 1], TaskDomain(.clean)) == image)
    #expect(changed(image, [2, 2, 1], TaskDomain(.inverted)) == [1, 0.75, 0.5, 0])
  }

  @Test func `a dilation takes the largest of nine neighbours, of each channel alone`() {
    let point: [Float] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    #expect(changed(point, [3, 4, 1], TaskDomain(.thick)) == [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0])
    let colours: [Float] = [0.5, 0, 0, 0, 0, 0.25]
    #expect(changed(colours, [1, 3, 2], TaskDomain(.thick)) == [0.5, 0, 0.5, 0.25, 0, 0.25])
  }

  /// Halfway to the minimum along rows: the middle of a column of ink is 1, its neighbours are 0, so ½ is left, then along columns as much.
  @Test func `a thin line keeps half of its ink, and a flat image all`() {
    let line: [Float] = [0, 1, 0, 0, 1, 0, 0, 1, 0]
    #expect(changed(line, [3, 3, 1], TaskDomain(.thin)) == [0, 0.5, 0, 0, 0.5, 0, 0, 0.5, 0])
    #expect(changed([0.5, 0.5, 0.5, 0.5], [2, 2, 1], TaskDomain(.thin)) == [0.5, 0.5, 0.5, 0.5])
    let wide: [Float] = [0, 1, 1, 1, 0]
    #expect(changed(wide, [1, 5, 1], TaskDomain(.thin)) == [0, 0.5, 1, 0.5, 0])
  }

  @Test func `a quarter turn moves each pixel to its place`() {
    let image: [Float] = [0, 1, 0, 0, 0, 2, 0, 3, 0]
    let turned = changed(image, [3, 3, 1], TaskDomain(.rotated, angle: .pi / 2))
    expectNear(turned, [0, 2, 0, 1, 0, 3, 0, 0, 0], tolerance: 1e-5)
    expectNear(changed(image, [3, 3, 1], TaskDomain(.rotated, angle: 0)), image, tolerance: 1e-6)
  }

  /// A line of five pixels is enlarged twofold about its middle: places −1, −½, 0, ½ and 1 of the source.
  @Test func `an enlarged image is interpolated about its centre`() {
    expectNear(
      changed([0, 0.2, 1, 0.4, 0], [1, 5, 1], TaskDomain(.scaled, factor: 2)), [0.2, 0.6, 1, 0.7, 0.4], tolerance: 1e-6)
  }

  @Test func `what a shrunk image leaves free has the mean of its corners`() {
    let flat = [Float](repeating: 0.3, count: 64)
    expectNear(changed(flat, [8, 8, 1], TaskDomain(.scaled, factor: 0.5)), flat, tolerance: 1e-6)
    var square = [Float](repeating: 0, count: 64)
    for row in 2..<6 { for column in 2..<6 { square[8 * row + column] = 1 } }
    let small = changed(square, [8, 8, 1], TaskDomain(.scaled, factor: 0.5))
    #expect(small[0] == 0 && small[8 * 3 + 3] > 0.7 && small[8 * 1 + 3] == 0)
    // A quarter of the ink is left: each of its sides is half as long.
    expectClose(Double(small.reduce(0, +)), 4, tolerance: 0.05)
  }

  @Test func `noise has its deviation, and differs between images`() {
    let flat = [Float](repeating: 0.5, count: 40_000)
    let values = changed(flat, [200, 200, 1], TaskDomain(.noisy))
    // A normal law of deviation 0.3 has 9.6% of its values beyond 0.5, which are cut off; the sum of four uniform numbers has 9.8%.
    #expect(values.allSatisfy { 0...1 ~= $0 })
    #expect(abs(Double(values.count { $0 == 0 || $0 == 1 }) / 40_000 - 0.098) < 0.01)
    let spread = values.map { Double(abs($0 - 0.5)) }.reduce(0, +) / 40_000
    // E|min(|x|, 0.5)| of a normal law of deviation 0.3.
    #expect(abs(spread - 0.2300) < 0.005)
    #expect(changed(flat, [200, 200, 1], TaskDomain(.noisy), image: 1) != values)
  }

  @Test func `parameters are in their ranges, and a rotation is far from quarter turns`() {
    let drawn = (0..<400).map { TaskDomain(among: [.rotated, .scaled], from: RandomStream(seed: 1).child($0)) }
    let angles = drawn.filter { $0.domain == .rotated }.map { $0.angle * 180 / .pi }
    let factors = drawn.filter { $0.domain == .scaled }.map(\.factor)
    // 200 ± 10 of each (standard deviation).
    #expect(abs(angles.count - 200) < 50 && angles.count + factors.count == 400)
    for angle in angles {
      let rest = angle.truncatingRemainder(dividingBy: 90)
      #expect((19.999...70.001).contains(rest) && (0..<360).contains(angle))
    }
    #expect(Set(angles.map { Int($0 / 90) }) == [0, 1, 2, 3])
    #expect(factors.allSatisfy { (0.5...0.75).contains($0) || (1.25...1.5).contains($0) })
    #expect(abs(factors.count { $0 < 1 } - factors.count / 2) < 40)
    #expect(drawn.allSatisfy { $0.domain == .rotated ? $0.factor == 1 : $0.angle == 0 })
  }

  /// On real drawings, each domain changes the image, no two alike, and values stay in 0...1.
  @Test func `the domains differ on glyphs`() throws {
    let inputs = try ImageDomain.allCases.map { domain -> [Float] in
      var task = Glyphs()
      task.domains.test = [domain]
      return try task.episode(2, in: .metaTest, seed: 5).query.inputs.floats
    }
    #expect(Set(inputs).count == ImageDomain.allCases.count)
    for values in inputs { #expect(values.allSatisfy { 0...1 ~= $0 }) }
    let ink = inputs.map { $0.reduce(0, +) }
    // In the order of the cases: thick has the most ink of the drawings, thin the least, and it has some.
    #expect(ink[4] > 1.5 * ink[0] && ink[5] < 0.7 * ink[0] && ink[5] > 0.2 * ink[0])
  }
}
