import Tasks
import Testing

@Suite struct PictureTests {
  private func picture(_ width: Int, _ height: Int, _ values: [UInt8]) -> Picture {
    Picture(width: width, height: height, channels: values.count / width / height, pixels: values)
  }

  /// Along an axis, three pixels become two: the first is (2 a + b) / 3, the second (b + 2 c) / 3.
  @Test func `areas are averaged with exact weights`() {
    let values: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80, 90]
    // The first: (4·10 + 2·20 + 2·40 + 50) / 9 = 23.3; then (2·20 + 4·30 + 50 + 2·60) / 9 = 36.7, 63.3, 76.7.
    #expect(picture(3, 3, values).reduced(to: 2, fit: .crop) == [23, 37, 63, 77])
    #expect(picture(3, 3, values).reduced(to: 1, fit: .crop) == [50])
    #expect(picture(3, 3, values).reduced(to: 3, fit: .crop) == values)
  }

  @Test func `channels are averaged apart`() {
    let values: [UInt8] = [0, 100, 200, 2, 104, 208, 4, 108, 216, 6, 112, 224]
    #expect(picture(2, 2, values).reduced(to: 1, fit: .crop) == [3, 106, 212])
  }

  @Test func `a small picture is enlarged to squares`() {
    #expect(picture(2, 2, [1, 2, 3, 4]).reduced(to: 4, fit: .crop) == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    // Two pixels become three: the middle one covers half of each.
    #expect(picture(2, 2, [10, 20, 10, 20]).reduced(to: 3, fit: .crop) == [10, 15, 20, 10, 15, 20, 10, 15, 20])
  }

  @Test func `an oblong picture is cropped to its centre`() {
    let wide: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    // Three of five columns are too many: one is cut off on the left, two on the right.
    #expect(picture(5, 2, wide).reduced(to: 2, fit: .crop) == [2, 3, 7, 8])
    #expect(picture(2, 5, wide).reduced(to: 2, fit: .crop) == [3, 4, 5, 6])
    #expect(picture(6, 2, [0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0]).reduced(to: 2, fit: .crop) == [1, 2, 3, 4])
  }

  @Test func `an oblong picture is padded with white`() {
    #expect(
      picture(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]).reduced(to: 4, fit: .pad) == [255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255, 255])
    // One column of three: the larger half of the padding is on the right.
    #expect(picture(2, 1, [9, 9]).reduced(to: 2, fit: .pad) == [9, 9, 255, 255])
    // Half white, half black.
    #expect(picture(2, 1, [0, 0]).reduced(to: 1, fit: .pad) == [128])
    #expect(picture(1, 3, [0, 0, 0]).reduced(to: 1, fit: .pad) == [170])
  }

  @Test func `an extreme picture needs no square of memory`() {
    let line = picture(65_535, 1, [UInt8](repeating: 0, count: 65_535))
    #expect(line.reduced(to: 4, fit: .crop) == [UInt8](repeating: 0, count: 16))
    #expect(line.reduced(to: 3, fit: .pad).allSatisfy { $0 >= 254 })
  }

  @Test func `averages agree with the definition in floating point`() {
    let (width, height, side) = (23, 17, 5)
    let values = (0..<width * height).map { UInt8($0 * 37 % 256) }
    for (fit, square) in [(Picture.Fit.crop, 17), (.pad, 23)] {
      let (left, top) = ((square - width) / 2, (square - height) / 2)
      func value(_ x: Int, _ y: Int) -> Double {
        let (column, row) = (x - left, y - top)
        return 0..<width ~= column && 0..<height ~= row ? Double(values[row * width + column]) : 255
      }
      func overlap(_ pixel: Int, _ source: Int) -> Double {
        let scale = Double(square) / Double(side)
        return max(0, min(Double(source + 1), scale * Double(pixel + 1)) - max(Double(source), scale * Double(pixel)))
      }
      let reduced = picture(width, height, values).reduced(to: side, fit: fit)
      for place in 0..<side * side {
        var sum = 0.0
        for y in 0..<square {
          for x in 0..<square { sum += value(x, y) * overlap(place % side, x) * overlap(place / side, y) }
        }
        let mean = sum * Double(side * side) / Double(square * square)
        #expect(abs(Double(reduced[place]) - mean) <= 0.5 + 1e-9)
      }
    }
  }

  @Test func `grey is the luma of ITU-R BT.601`() {
    let colours = picture(4, 1, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    // 0.299, 0.587 and 0.114 of 255.
    #expect(colours.grey.pixels == [76, 150, 29, 255])
    let greys = picture(256, 1, (0...255).flatMap { [UInt8($0), UInt8($0), UInt8($0)] })
    #expect(greys.grey.pixels == (0...255).map { UInt8($0) })
    #expect(greys.grey.grey == greys.grey)
  }

  @Test func `an orientation and its inverse give the picture back`() {
    let original = picture(3, 2, (0..<18).map { UInt8($0) })
    for (orientation, inverse) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)] {
      #expect(original.oriented(orientation).oriented(inverse) == original)
    }
    #expect(Set((1...8).map { original.oriented($0) }).count == 8)
    #expect(original.oriented(0) == original && original.oriented(9) == original)
  }

  @Test func `a turned class is turned as before`() {
    let images = StoredImages(side: 2, channels: 3, one: 10, bytes: (0..<12).map { UInt8($0) })
    func written(_ turns: Int) -> [Float] {
      let pixels = UnsafeMutableBufferPointer<Float>.allocate(capacity: 12)
      defer { pixels.deallocate() }
      images.write(0, quarterTurns: turns, into: pixels)
      return pixels.map { ($0 * 10).rounded() }
    }
    #expect(written(0) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    // Counterclockwise: the top right pixel comes to the top left.
    #expect(written(1) == [3, 4, 5, 9, 10, 11, 0, 1, 2, 6, 7, 8])
    #expect(written(2) == [9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2])
    #expect(written(3) == [6, 7, 8, 0, 1, 2, 9, 10, 11, 3, 4, 5])
  }
}
