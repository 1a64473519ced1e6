import Evaluation
import TensorCore
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

  @Test func `quotas of the processor stand beside the limits of memory`() {
    let second = ControlGroup.quotaFiles(membership: "0::/job\n")
    #expect(second.map(\.quota) == ["/sys/fs/cgroup/job/cpu.max", "/sys/fs/cgroup/cpu.max"])
    #expect(second.allSatisfy { $0.period == nil })
    let first = ControlGroup.quotaFiles(membership: "4:memory:/job\n1:cpu,cpuacct:/job\n")
    #expect(first.map(\.quota) == ["/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"])
    #expect(first.map(\.period) == ["/sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"])
    #expect(ControlGroup.quotaFiles(membership: "2:cpuacct:/a\nnothing").isEmpty)
  }

  @Test(
    arguments: [
      ("max 100000\n", nil, nil), ("100000 100000\n", nil, 1), ("150000 100000\n", nil, 2), ("50000 100000\n", nil, 1),
      ("800000\n", "100000\n", 8), ("-1\n", "100000\n", nil), ("", nil, nil), ("x 100000", nil, nil), ("100000 0", nil, nil),
      ("\(Int.max) 1", nil, .max),
    ] as [(String, String?, Int?)])
  func `a quota is a number of cores, rounded up`(quota: String, period: String?, cores: Int?) {
    #expect(ControlGroup.cores(quota: quota, period: period) == cores)
  }

  @Test func `at least one core is allowed`() { #expect(Processors.allowed >= 1) }

  @Test(
    arguments: [
      ("1073741824\n", 1_073_741_824), ("9223372036854771712\n", 9_223_372_036_854_771_712), ("max\n", nil), ("", nil), ("-1\n", nil),
      ("0\n", nil), ("18446744073709551615", nil), ("much", nil),
    ] as [(String, Int?)])
  func `a limit is a number of bytes or none`(text: String, limit: Int?) { #expect(ControlGroup.limit(text) == limit) }
}
