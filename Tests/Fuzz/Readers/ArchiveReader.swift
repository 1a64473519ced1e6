import OmniglotTasks
import Tasks
import TensorCore

extension Reader {
  static let archive = Reader(
    "archive",
    tokens: [
      "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", "PK\u{7}\u{8}", "images_background/", "../", "/",
      ".png",
      "character01", "Latin", "__MACOSX/", "\u{1}\u{0}\u{10}\u{0}", "\u{1b}[31m", "\u{0}\u{0}\u{0}\u{0}", "up", "é",
    ],
    seeds: {
      let drawing = PNGFile(kind: 0, depth: 1).bytes
      let names = ["Latin/character01/0001_01.png", "Latin/character01/0001_02.png", "Latin/character02/0002_01.png"]
      let members = names.map { ("images_background/\($0)", drawing) }
      return [ZipFile(members, .stored).bytes, ZipFile(members, .deflated).bytes, ZipFile([], .stored).bytes]
    },
    repair: ZipFile.withChecksums
  ) { input, folder in
    try write(input, to: "\(folder)/images_background.zip")
    let drawing = ("images_evaluation/Test/character01/0003_01.png", PNGFile(kind: 0, depth: 1).bytes)
    try write(ZipFile([drawing], .stored).bytes, to: "\(folder)/images_evaluation.zip")
    do {
      let drawings = try OmniglotDrawings(reading: OmniglotSource(folder: folder))
      return "\(drawings.characters.count) characters"
    } catch OmniglotError.damagedArchive(let path, _) {
      // The reason is libarchive's own message, whose text may change.
      throw OmniglotError.damagedArchive(path: path, reason: "as libarchive says")
    }
  }

  /// A file of decoded drawings.
  static let cache = Reader(
    "cache", tokens: ["OMNIGLT1", "Latin/character01", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"],
    seeds: {
      let ink = [UInt8](repeating: 7, count: 3 * DrawingDecoder.pixelCount)
      let characters = [
        OmniglotDrawings.Character(name: "Latin/character01", isEvaluation: false, first: 0, count: 2),
        OmniglotDrawings.Character(name: "Test/character01", isEvaluation: true, first: 2, count: 1),
      ]
      let drawings = OmniglotDrawings(characters: characters, ink: ink, digest: identity)
      return try inFolder { folder in
        let cache = DrawingCache(folder: folder)
        cache.keep(drawings, of: identity)
        return [try cachedBytes(cache)]
      }
    },
    repair: { $0.count < 32 ? $0 : $0.dropLast(32) + SHA256.digest(Array($0.dropLast(32))) }
  ) { input, folder in
    let cache = DrawingCache(folder: folder)
    if let path = cache.path(of: identity) { try write(input, to: path) }
    return cache.drawings(of: identity).map { "\($0.characters.count) characters" } ?? "nothing, which the archives replace"
  }

  private static let identity = String(repeating: "0123456789abcdef", count: 4)

  private static func cachedBytes(_ cache: DrawingCache) throws -> [UInt8] { try AtomicFile.read(cache.path(of: identity) ?? "") }
}
