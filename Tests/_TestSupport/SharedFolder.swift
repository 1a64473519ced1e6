#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder of reference data beside the checkout; nil if there is none.
///
/// `SHARED_DIR` names it. Otherwise it is the nearest folder named `shared` that contains `golden`, beside any folder above this file.
/// Tests that need it have the trait `.enabled(if: sharedFolder != nil)`, so they are shown as skipped on a machine without it.
public let sharedFolder: String? = {
  if let named = getenv("SHARED_DIR") {
    let path = String(cString: named)
    return isReadable("\(path)/golden") ? path : nil
  }
  var folder = String(#filePath)
  while let slash = folder.lastIndex(of: "/") {
    folder = String(folder[..<slash])
    if isReadable("\(folder)/shared/golden") { return "\(folder)/shared" }
  }
  return nil
}()

private func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
