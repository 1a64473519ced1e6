/// The version of the framework, which results record.
public enum FrameworkVersion {
  /// Major, minor and patch; before 1.0.0 a minor release may change the API.
  public static let current = "0.1.0"
}
