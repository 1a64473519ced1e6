import OmniglotTasks
import Testing

@Suite struct DrawingDecoderTests {
  private func ink(_ isInk: (Int, Int) -> Bool) throws -> [UInt8] { try decode(png(width: 105, height: 105, isInk: isInk)) }

  private func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    var decoder = DrawingDecoder()
    var ink = [UInt8](repeating: 99, count: 784)
    try ink.withUnsafeMutableBufferPointer { try decoder.decode(bytes, member: "a", into: $0) }
    return ink
  }

  @Test func `paper is 0, ink is 225`() throws {
    #expect(try ink { _, _ in false } == [UInt8](repeating: 0, count: 784))
    #expect(try ink { _, _ in true } == [UInt8](repeating: 225, count: 784))
  }

  /// A pixel of the drawing has 4 × 4 quarters, a pixel of the small picture has 15 × 15.
  @Test func `a pixel's ink is divided by area`() throws {
    let corner = try ink { x, y in x == 0 && y == 0 }
    #expect(corner[0] == 16 && corner.reduce(0) { $0 + Int($1) } == 16)
    // Pixel 3 covers the quarters 12..<16: three before the border, one after it.
    let border = try ink { x, y in x == 3 && y == 3 }
    #expect([border[0], border[1], border[28], border[29]] == [9, 3, 3, 1])
    #expect(border.reduce(0) { $0 + Int($1) } == 16)
    let last = try ink { x, y in x == 104 && y == 0 }
    #expect(last[27] == 16)
  }

  @Test func `ink is conserved`() throws {
    func isInk(_ x: Int, _ y: Int) -> Bool { (x * x + 3 * y * y) % 17 < 5 }
    let pixels = (0..<105 * 105).count { isInk($0 % 105, $0 / 105) }
    #expect(try ink(isInk).reduce(0) { $0 + Int($1) } == 16 * pixels)
  }

  @Test(arguments: [(104, 105), (105, 106), (1, 1)])
  func `another size is refused`(width: Int, height: Int) {
    #expect(throws: OmniglotError.wrongSize(member: "a", width: width, height: height)) {
      try decode(png(width: width, height: height) { _, _ in true })
    }
  }

  @Test func `what is not a PNG is refused`() {
    #expect(throws: OmniglotError.corruptDrawing(member: "a")) { try decode([]) }
    #expect(throws: OmniglotError.corruptDrawing(member: "a")) { try decode(Array("not a picture, but long enough".utf8)) }
  }

  @Test func `every truncation within the data is refused`() {
    let whole = png(width: 105, height: 105) { x, y in x > y }
    // The last 12 bytes are the end marker, which carries no data.
    for count in stride(from: 0, to: whole.count - 16, by: 7) {
      #expect(throws: OmniglotError.corruptDrawing(member: "a")) { try decode(Array(whole[..<count])) }
    }
  }

  @Test func `every flipped byte is refused or harmless`() throws {
    let whole = png(width: 105, height: 105) { x, y in x > y }
    let expected = try decode(whole)
    var refused = 0
    for index in stride(from: 0, to: whole.count, by: 3) {
      var broken = whole
      broken[index] ^= 0x41
      do {
        #expect(try decode(broken) == expected, "byte \(index)")
      } catch is OmniglotError {
        refused += 1
      }
    }
    // The checksums cover everything except the end marker.
    #expect(refused > whole.count / 3 - 10)
  }
}
