#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder of reference data beside the checkout, nil where there is none.
///
/// `SHARED_DIR` names it; otherwise it is the nearest folder `shared` that holds `golden`, beside any folder above this file.
/// Tests that need it carry `.enabled(if: sharedFolder != nil)`, so that a machine without it shows them as skipped.
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
