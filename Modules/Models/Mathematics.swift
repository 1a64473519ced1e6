#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The C library's function, renamed so that no other file imports a C library.
func logarithm(_ x: Double) -> Double { log(x) }
