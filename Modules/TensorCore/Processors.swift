import CTensorKernels

/// The cores that the process may use.
public enum Processors {
  /// The number of cores that affinity and the control groups' quotas allow to be at work at once, at least 1; read once.
  ///
  /// More threads than that only take turns: threads that meet every 50 µs wait for the one that has no core.
  public static let allowed: Int = {
    let groups = ControlGroup.quotaFiles(membership: smallText("/proc/self/cgroup") ?? "")
    let quotas = groups.compactMap { files -> Int? in
      guard let quota = smallText(files.quota) else { return nil }
      guard let path = files.period else { return ControlGroup.cores(quota: quota, period: nil) }
      return smallText(path).flatMap { ControlGroup.cores(quota: quota, period: $0) }
    }
    return max(1, quotas.reduce(Int(wk_affinity()), min))
  }()
}
