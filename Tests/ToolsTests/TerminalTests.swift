import Foundation
import Testing
import _TestSupport

#if canImport(Glibc)
import Glibc
#endif

/// Opens a terminal: the end that a program of windows holds, and the end that a process writes to.
private func pseudoTerminal() -> (terminal: Int32, line: Int32)? {
  #if os(Linux)
  // Glibc's module lacks posix_openpt and its companions, which make these calls.
  let (getNumber, setLock) = (UInt(0x8004_5430), UInt(0x4004_5431))
  let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
  var (unlocked, number) = (Int32(0), UInt32(0))
  guard terminal >= 0, ioctl(terminal, setLock, &unlocked) == 0, ioctl(terminal, getNumber, &number) == 0 else { return nil }
  let name = "/dev/pts/\(number)"
  #else
  let terminal = posix_openpt(O_RDWR | O_NOCTTY)
  guard terminal >= 0, grantpt(terminal) == 0, unlockpt(terminal) == 0, let base = ptsname(terminal) else { return nil }
  let name = String(cString: base)
  #endif
  let line = open(name, O_RDWR | O_NOCTTY)
  return line >= 0 ? (terminal, line) : nil
}

@Suite struct TerminalTests {
  /// What a short run writes to a terminal.
  private func output(_ environment: [String: String]) throws -> String {
    let (terminal, line) = try #require(pseudoTerminal())
    defer { close(terminal) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: toolsPath)
    process.arguments = ["run", "chance", "--task", "sinusoid", "--iterations", "1"] + smallSettings + smallTest
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "NO_COLOR" }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    // Open until the end, so that the output can be read after the process has ended.
    let errors = FileHandle(fileDescriptor: line, closeOnDealloc: true)
    defer { try? errors.close() }
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    _ = fcntl(terminal, F_SETFL, fcntl(terminal, F_GETFL) | O_NONBLOCK)
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(terminal, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
    // The terminal turns a line feed into two characters.
    return String(decoding: text, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
  }

  @Test func `a terminal shows a bar`() throws {
    let text = try output(["TERM": "xterm"])
    #expect(text.contains("\r") && text.contains("\u{1B}[K"))
  }

  @Test(arguments: [["TERM": "dumb"], ["TERM": ""], ["TERM": "xterm", "NO_COLOR": "1"]])
  func `a simple terminal, or a user who wants no codes, gets plain lines`(environment: [String: String]) throws {
    let text = try output(environment)
    #expect(text.contains("chance on sinusoid: 100%  1/1 iterations"))
    #expect(!text.contains("\r") && !text.contains("\u{1B}"))
  }

  @Test func `an empty NO_COLOR changes nothing`() throws {
    #expect(try output(["TERM": "xterm", "NO_COLOR": ""]).contains("\u{1B}[K"))
  }
}
