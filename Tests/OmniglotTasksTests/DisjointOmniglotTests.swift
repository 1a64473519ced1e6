import OmniglotTasks
import Tasks
import TensorCore
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

private let data: String? = {
  guard let path = sharedFolder.map({ $0 + "/data/omniglot" }) else { return nil }
  return access(path + "/images_background.zip", R_OK) == 0 ? path : nil
}()

@Suite(.enabled(if: data != nil, "the Omniglot data are not there")) struct DisjointOmniglotTests {
  /// 423 characters of 20 drawings each: ⌊423 / 5⌋ episodes of 16 drawings of five characters, with and without turned ones.
  @Test(arguments: [false, true])
  func `the test split of Vinyals has 84 disjoint episodes of 1 + 15 drawings`(isTurned: Bool)
    throws
  {
    try withTemporaryFolder { folder in
      var tasks = Omniglot()
      tasks.testRotations = isTurned
      try tasks.prepare(source: data, cache: DrawingCache(folder: folder))
      var sizes: [Int] = []
      var seen: Set<[UInt8]> = []
      while let episode = try tasks.disjointEpisode(sizes.count, in: .metaTest, seed: 0) {
        sizes.append(episode.support.inputs.shape[0] + episode.query.inputs.shape[0])
        for item in 0..<5 {
          seen.insert(episode.support.inputs[item].contiguous.withUnsafeBytes { Array($0) })
        }
      }
      #expect(sizes == Array(repeating: 80, count: 84) && seen.count == 420)
    }
  }
}
