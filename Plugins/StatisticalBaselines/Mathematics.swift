#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Wrappers of C library functions, so that no other file imports a C library.
func naturalLogarithm(_ x: Double) -> Double { log(x) }
