import OmniglotTasks

extension Reader {
  static let png = Reader(
    "png",
    tokens: [
      "IHDR", "IDAT", "IEND", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "tEXt", "zTXt", "iTXt", "sBIT", "bKGD", "pHYs", "eXIf",
      "\u{0}\u{0}\u{0}\u{0}", "\u{0}\u{0}\u{0}i\u{0}\u{0}\u{0}i", "x\u{1}",
    ],
    seeds: { PNGFile.examples.map(\.bytes) }, repair: PNGFile.withChecksums
  ) { input, _ in
    var decoder = DrawingDecoder()
    var ink = [UInt8](repeating: 0, count: DrawingDecoder.pixelCount)
    try ink.withUnsafeMutableBufferPointer { try decoder.decode(input, member: "drawing", into: $0) }
    return ink.allSatisfy { $0 <= DrawingDecoder.fullInk } ? "a drawing" : "a drawing with too much ink"
  }
}
