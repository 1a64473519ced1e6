import Evaluation
import Registry
import Testing

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("128MB", 128_000_000), ("1.5GB", 1_500_000_000), ("512MiB", 512 << 20), ("64 KiB", 64 << 10), ("2TB", 2_000_000_000_000),
    ("0.001KB", 1),
  ]) func `a number with a unit is a number of bytes`(text: String, bytes: Int) throws {
    #expect(try ByteCount(text, key: "--memory").bytes == bytes)
  }

  @Test(arguments: [
    "", "128", "MB", "128mb", "128M", "-1MB", "+1MB", "1e3MB", "1.2.3GB", "128MB ", " 128MB", "128  MBB", "infGB", "nanMB", "0MB",
    "0.0001KB", "5000000TiB", "0x10MB", "12,5MB",
  ]) func `anything else is refused`(text: String) throws {
    let expected = "a number and one of KB, MB, GB, TB, KiB, MiB, GiB, TiB, such as 512MB"
    #expect(throws: HyperparameterError.malformed(key: "--memory", found: text, expected: expected)) {
      try ByteCount(text, key: "--memory")
    }
  }

  @Test func `a printed count is enough as a limit`() throws {
    for bytes in [1, 999_999, 1_000_001, 127_400_000.5] {
      #expect(try Double(ByteCount(ByteCount.megabytes(bytes), key: "--memory").bytes) >= bytes)
    }
  }
}
