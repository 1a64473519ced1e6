/// Ends the process with a message unless a condition holds that the caller must meet.
///
/// Swift's own `precondition` ends a release build without its message, which is then the only hint to the mistake.
/// ```swift
/// require(count >= 0, "a count of \(count)")   // Registry/Requirement.swift:7: Fatal error: a count of -1
/// ```
/// - Parameters:
///   - condition: What must hold; the check is inlined.
///   - message: What was found, made only if the condition does not hold.
///   - file: The file of the check.
///   - line: The line of the check.
@inlinable @inline(__always)
package func require(_ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line) {
  if !condition { requirementFailed(message, file, line) }
}

/// Prints a message to standard error and traps; it stays out of line, so that a check costs no more than its branch.
@usableFromInline @inline(never)
package func requirementFailed(_ message: () -> String, _ file: StaticString, _ line: UInt) -> Never {
  fatalError(message(), file: file, line: line)
}
