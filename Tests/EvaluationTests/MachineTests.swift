import Evaluation
import Testing

@Suite struct MachineTests {
  @Test func `the machine has memory`() { #expect(Machine.memoryBytes > 1 << 28) }

  @Test func `what the system does not know refuses nothing`() {
    #expect(Machine.physicalBytes(pages: -1, pageSize: 4096) == .max)
    #expect(Machine.physicalBytes(pages: 1000, pageSize: -1) == .max)
    #expect(Machine.physicalBytes(pages: .max, pageSize: 4096) == .max)
    #expect(Machine.physicalBytes(pages: 1000, pageSize: 4096) == 4_096_000)
  }

  @Test func `version 2 binds by the group and those above`() {
    #expect(
      ControlGroup.limitFiles(membership: "0::/user.slice/run-1.scope\n") == [
        "/sys/fs/cgroup/user.slice/run-1.scope/memory.max", "/sys/fs/cgroup/user.slice/memory.max", "/sys/fs/cgroup/memory.max",
      ])
    #expect(ControlGroup.limitFiles(membership: "0::/\n") == ["/sys/fs/cgroup/memory.max"])
  }

  @Test func `version 1 has a line for the memory controller`() {
    let membership = """
      12:pids:/docker/1f
      9:cpu,memory:/docker/1f
      1:name=systemd:/docker/1f
      """
    #expect(
      ControlGroup.limitFiles(membership: membership) == [
        "/sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes", "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
      ])
  }

  @Test(arguments: ["", "\n", "memory", "9:memory", "0:x:/a", "::/"]) func `what is no membership names no file`(text: String) {
    #expect(ControlGroup.limitFiles(membership: text) == [])
  }

  @Test(
    arguments: [
      ("1073741824\n", 1_073_741_824), ("9223372036854771712\n", 9_223_372_036_854_771_712), ("max\n", nil), ("", nil), ("-1\n", nil),
      ("0\n", nil), ("18446744073709551615", nil), ("much", nil),
    ] as [(String, Int?)])
  func `a limit is a number of bytes or none`(text: String, limit: Int?) { #expect(ControlGroup.limit(text) == limit) }
}
