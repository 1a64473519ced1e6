import ImageTasks
import Tasks
import Testing
import _TestSupport

@Suite struct PictureDecoderTests {
  private func pixels(_ file: [UInt8]) throws -> [UInt8] { try Picture.decoded(file).pixels }

  private func grey(_ values: UInt8...) -> [UInt8] { values.flatMap { [$0, $0, $0] } }

  @Test(
    arguments: [
      (1, [0b0100_0000], [0, 255]), (2, [0b0110_0000], [85, 170]), (4, [0x3f], [51, 255]), (8, [7, 200], [7, 200]),
      // 0x1234 / 257 is 18.1, 0x80ff / 257 is 128.5 (33,023 / 257 = 128.49).
      (16, [0x12, 0x34, 0x80, 0xff], [18, 128]), (16, [0x00, 0x81, 0xff, 0xff], [1, 255]),
    ] as [(UInt8, [UInt8], [UInt8])])
  func `grey of every depth`(depth: UInt8, row: [UInt8], expected: [UInt8]) throws {
    let file = handmadePNG(width: 2, height: 1, depth: depth, rows: [row])
    #expect(try pixels(file) == expected.flatMap { [$0, $0, $0] })
    #expect(try Picture.decoded(file).grey.pixels == expected)
  }

  @Test func `colours of 8 and 16 bits`() throws {
    #expect(
      try pixels(handmadePNG(width: 2, height: 1, depth: 8, colour: 2, rows: [[1, 2, 3, 250, 251, 252]])) == [1, 2, 3, 250, 251, 252])
    #expect(
      try pixels(handmadePNG(width: 1, height: 2, depth: 16, colour: 2, rows: [[1, 1, 2, 2, 3, 3], [255, 255, 0, 0, 128, 128]]))
        == [1, 2, 3, 255, 0, 128])
  }

  @Test(arguments: [(1, [0b0100_0000]), (2, [0b0001_0000]), (4, [0x01]), (8, [0, 1])] as [(UInt8, [UInt8])])
  func `palettes of every depth, with and without transparent colours`(depth: UInt8, row: [UInt8]) throws {
    let palette: (String, [UInt8]) = ("PLTE", [10, 20, 30, 40, 50, 60])
    #expect(
      try pixels(handmadePNG(width: 2, height: 1, depth: depth, colour: 3, chunks: [palette], rows: [row])) == [10, 20, 30, 40, 50, 60])
    #expect(
      try pixels(handmadePNG(width: 2, height: 1, depth: depth, colour: 3, chunks: [palette, ("tRNS", [255, 0])], rows: [row]))
        == [10, 20, 30, 255, 255, 255])
  }

  /// (a · c + (255 − a) · 255) / 255, rounded.
  @Test func `transparent pixels are on white paper`() throws {
    // 51 is a fifth: 0.2 · 100 + 0.8 · 255 = 224; 128: (128 · 100 + 127 · 255) / 255 = 177.2.
    #expect(
      try pixels(handmadePNG(width: 4, height: 1, depth: 8, colour: 4, rows: [[100, 0, 100, 51, 100, 128, 100, 255]]))
        == grey(255, 224, 177, 100))
    #expect(
      try pixels(handmadePNG(width: 2, height: 1, depth: 8, colour: 6, rows: [[0, 100, 200, 51, 9, 9, 9, 0]])) == [
        204, 224, 244, 255, 255, 255,
      ])
    #expect(
      try pixels(handmadePNG(width: 1, height: 1, depth: 16, colour: 6, rows: [[0, 0, 100, 100, 200, 200, 51, 51]])) == [204, 224, 244])
    #expect(try pixels(handmadePNG(width: 1, height: 1, depth: 16, colour: 4, rows: [[100, 100, 51, 51]])) == grey(224))
    // A single transparent grey.
    #expect(try pixels(handmadePNG(width: 2, height: 1, depth: 8, chunks: [("tRNS", [0, 7])], rows: [[7, 8]])) == grey(255, 8))
  }

  /// Six pixels, three columns and two rows, shown in each orientation.
  static let shown: [(orientation: UInt8, width: Int, pixels: [UInt8])] = [
    (1, 3, [1, 2, 3, 4, 5, 6]), (2, 3, [3, 2, 1, 6, 5, 4]), (3, 3, [6, 5, 4, 3, 2, 1]), (4, 3, [4, 5, 6, 1, 2, 3]),
    (5, 2, [1, 4, 2, 5, 3, 6]), (6, 2, [4, 1, 5, 2, 6, 3]), (7, 2, [6, 3, 5, 2, 4, 1]), (8, 2, [3, 6, 2, 5, 1, 4]),
  ]

  @Test(arguments: shown, [true, false])
  func `the camera's orientation is applied to PNG`(shown: (orientation: UInt8, width: Int, pixels: [UInt8]), isLittleEndian: Bool) throws {
    let data = exif(orientation: shown.orientation, isLittleEndian: isLittleEndian)
    let picture = try Picture.decoded(handmadePNG(width: 3, height: 2, depth: 8, chunks: [("eXIf", data)], rows: [[1, 2, 3], [4, 5, 6]]))
    #expect(picture.width == shown.width && picture.height == 6 / shown.width)
    #expect(picture.grey.pixels == shown.pixels)
  }

  /// The same with blocks of 8 × 8 pixels, the unit in which JPEG is coded; a block is 40 times its number.
  @Test(arguments: shown, [true, false])
  func `the camera's orientation is applied to JPEG`(shown: (orientation: UInt8, width: Int, pixels: [UInt8]), isLittleEndian: Bool) throws
  {
    var stored: [UInt8] = []
    for row in 0..<16 {
      for column in 0..<24 { stored.append(UInt8(40 * (row / 8 * 3 + column / 8 + 1))) }
    }
    let file = jpeg(
      handmadeJPEG(width: 24, height: 16, channels: 1, pixels: stored),
      exif: exif(orientation: shown.orientation, isLittleEndian: isLittleEndian))
    let picture = try Picture.decoded(file)
    #expect(picture.width == 8 * shown.width && picture.height == 48 / shown.width)
    let grey = picture.grey.pixels
    var corners: [UInt8] = []
    for block in shown.pixels.indices {
      let (row, column) = (block / shown.width * 8, block % shown.width * 8)
      corners.append(grey[row * picture.width + column])
    }
    #expect(corners == shown.pixels.map { 40 * $0 })
  }

  @Test func `EXIF data that are damaged or elsewhere are ignored`() throws {
    let stored = (0..<64).map { UInt8(4 * $0) }
    let file = handmadeJPEG(width: 8, height: 8, channels: 1, pixels: stored)
    let plain = try pixels(file)
    let good = exif(orientation: 6)
    #expect(try pixels(jpeg(file, exif: good)) != plain)
    for count in 0..<good.count - 6 { #expect(try pixels(jpeg(file, exif: Array(good[..<count]))) == plain) }
    for orientation in [0, 9, 255] as [UInt8] { #expect(try pixels(jpeg(file, exif: exif(orientation: orientation))) == plain) }
    // A directory beyond the end, another type, more entries than bytes.
    for (place, value) in [(4, 200), (7, 255), (12, 4), (0, 0x58), (2, 43)] as [(Int, UInt8)] {
      var bad = good
      bad[place] = value
      #expect(try pixels(jpeg(file, exif: bad)) == plain)
    }
  }

  @Test(arguments: [1, 3], [false, true])
  func `JPEG, grey and coloured, sequential and progressive`(channels: Int, isProgressive: Bool) throws {
    var stored: [UInt8] = []
    for row in 0..<30 {
      for column in 0..<40 {
        for channel in 0..<channels { stored.append(UInt8(3 * column + 2 * row + 20 * channel)) }
      }
    }
    let picture = try Picture.decoded(
      handmadeJPEG(width: 40, height: 30, channels: channels, isProgressive: isProgressive, pixels: stored))
    #expect(picture.width == 40 && picture.height == 30)
    let expected = channels == 3 ? stored : stored.flatMap { [$0, $0, $0] }
    // Quality 100 still rounds coefficients and colours: each value may differ by a few units.
    #expect(zip(picture.pixels, expected).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
  }

  @Test(arguments: [false, true]) func `a truncated JPEG is refused at every length`(isProgressive: Bool) throws {
    let stored = (0..<48 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) }
    let whole = handmadeJPEG(width: 48, height: 48, isProgressive: isProgressive, pixels: stored)
    #expect(try Picture.decoded(whole).width == 48)
    for count in stride(from: 0, to: whole.count, by: 13) + [whole.count - 1] {
      #expect(throws: PictureError.self, "\(count) of \(whole.count) bytes") { try Picture.decoded(Array(whole[..<count])) }
    }
  }

  @Test func `a changed byte is refused or changes only pixels`() throws {
    let stored = (0..<24 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for whole in [
      handmadeJPEG(width: 24, height: 24, pixels: stored), handmadeJPEG(width: 24, height: 24, isProgressive: true, pixels: stored),
      handmadePNG(width: 24, height: 24, depth: 8, colour: 2, rows: (0..<24).map { Array(stored[$0 * 72..<$0 * 72 + 72]) }),
    ] {
      var refused = 0
      for index in whole.indices {
        var broken = whole
        broken[index] ^= 0x55
        do throws(PictureError) {
          let picture = try Picture.decoded(broken)
          #expect(picture.pixels.count == picture.width * picture.height * 3)
        } catch {
          refused += 1
        }
      }
      #expect(refused > 0)
    }
  }

  @Test func `what is no picture is refused with the reason`() throws {
    func reason(_ file: [UInt8]) -> String? {
      do throws(PictureError) {
        _ = try Picture.decoded(file)
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(reason([]) == "it is empty")
    #expect(reason(Array("a text".utf8)) == "it is neither a PNG nor a JPEG file")
    let png = handmadePNG(width: 2, height: 1, depth: 8, rows: [[1, 2]])
    for count in 8..<png.count - 16 { #expect(reason(Array(png[..<count])) != nil) }
    let cmyk = handmadeJPEG(width: 8, height: 8, channels: 4, pixels: [UInt8](repeating: 9, count: 256))
    #expect(reason(cmyk) == "its colours are CMYK; save it as RGB")
  }

  @Test func `a small file that claims many pixels is refused before memory is taken`() throws {
    let png = handmadePNG(width: 60_000, height: 60_000, depth: 1, rows: [[0]])
    let claim = "it has 60000×60000 pixels, expected at most 65535 along a side and 67108864 in all"
    #expect(throws: PictureError(claim)) { try Picture.decoded(png) }
    var jpeg = handmadeJPEG(width: 8, height: 8, channels: 1, pixels: [UInt8](repeating: 9, count: 64))
    // The frame header: FF C0, length, precision, height, width.
    let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xea, 0x60, 0xea, 0x60])
    #expect(throws: PictureError(claim)) { try Picture.decoded(jpeg) }
  }
}
