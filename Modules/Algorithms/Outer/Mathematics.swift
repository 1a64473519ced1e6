#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

func cosine(_ x: Double) -> Double { cos(x) }
