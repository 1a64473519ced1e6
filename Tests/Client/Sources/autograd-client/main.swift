import Autograd
import TensorCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// MAML by hand, on the parabola L(θ) = ½aθ²: dL(θ − αL′(θ))/dθ = a(1 − αa)²θ, and a(1 − αa)θ to first order.
func metaGradient(exact: Bool) -> Double {
  let (curvature, rate) = (2.0, 0.1)
  func loss(_ parameter: Variable) -> Variable { parameter.squared() * (curvature / 2) }
  let parameter = Variable(Tensor(3, dtype: .float64))
  let step = gradient(of: loss(parameter), at: [parameter], differentiable: exact)[0]
  return gradient(of: loss(parameter - step * rate), at: [parameter])[0].value.scalar
}

let (exact, firstOrder) = (metaGradient(exact: true), metaGradient(exact: false))
print("meta-gradient \(exact), to first order \(firstOrder)")
guard abs(exact - 3.84) < 1e-12, abs(firstOrder - 4.8) < 1e-12 else {
  print("expected 3.84 and 4.8")
  exit(1)
}
