import Tasks
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4 and of its predecessor.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedDigests(text: String, digest: String) {
    #expect(hexadecimal(SHA256.digest(Array(text.utf8))) == digest)
  }

  @Test func `a million times the letter a`() {
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hexadecimal(SHA256.digest([UInt8](repeating: 97, count: 1_000_000))) == digest)
  }

  @Test(arguments: 0...130)
  func `pieces hash like the whole`(cut: Int) {
    let bytes = (0..<130).map { UInt8($0) }
    var hash = SHA256()
    bytes[..<cut].withUnsafeBytes { hash.update($0) }
    bytes[cut...].withUnsafeBytes { hash.update($0) }
    #expect(hash.finish() == SHA256.digest(bytes))
  }

  @Test func `fields are told apart`() {
    #expect(SplitFingerprint.digest(of: ["ab", "c"]) != SplitFingerprint.digest(of: ["a", "bc"]))
    #expect(SplitFingerprint.digest(of: ["ab", "c"]).count == 16)
  }
}
