import Tasks
import TensorCore

/// Reads and decodes files in parallel, and returns them in order.
///
/// A few files for each thread are in memory at a time.
struct DecodedFiles {
  /// The bytes of a file, and its image; or why it has none.
  private typealias Outcome = Result<(content: [UInt8], image: [UInt8]), ImageTaskError>

  private let files: [FolderTree.File]
  private let decoding: ImageDecoding
  private let pool: WorkerPool
  /// The outcomes that were not returned yet, the next one last.
  private var waiting: [Outcome] = []
  /// The first file that is not decoded.
  private var position = 0

  /// Starts the threads; decoding begins with the first call of ``next()``.
  init(_ files: [FolderTree.File], _ decoding: ImageDecoding, threads: Int) {
    self.files = files
    self.decoding = decoding
    pool = WorkerPool(threads: min(max(threads, 1), max(files.count, 1)))
  }

  /// The next file's bytes and image.
  ///
  /// - Throws: ``ImageTaskError`` for a file that cannot be read or decoded; the following call goes on with the file after it.
  /// - Precondition: At most one call for each file.
  mutating func next() throws(ImageTaskError) -> (content: [UInt8], image: [UInt8]) {
    if waiting.isEmpty { decode() }
    return try waiting.removeLast().get()
  }

  private mutating func decode() {
    let (first, files, decoding) = (position, files, decoding)
    let count = min(4 * pool.threads, files.count - first)
    @Sendable func outcome(_ number: Int) -> Outcome {
      Outcome { () throws(ImageTaskError) in
        let file = files[first + number]
        let content = try ImageCollection.read(file)
        let picture = try ImageCollection.decode(content, file)
        return (content, (decoding.channels == 1 ? picture.grey : picture).reduced(to: decoding.side, fit: decoding.fit))
      }
    }
    // The bodies do not throw.
    waiting = ((try? pool.map(count) { outcome($0) }) ?? []).reversed()
    position += count
  }
}
