// Batch norm with an optional ReLU, its gradient, and the gradient's transposed derivative.
//
// h is the cotangent g if the ReLU is active, else 0. A and B are the means of h and h·x̂; U₀, U₁ and E the means of u, u·x̂ and u·h:
//   dx = γ·r·(h − A − x̂·B)      dγ = n·B      dβ = n·A
// For cotangents u, p, q of these three, with s = p·h − γ·r·(h·U₁ + u·B) and F = E − A·U₀ − B·U₁:
//   ḡ = γ·r·(u − U₀ − x̂·U₁) + p·x̂ + q if the ReLU is active, else 0
//   γ̄ = r·n·F
//   x̄ = r·(s − mean s − x̂·mean(s·x̂)) − γ·r²·F·x̂
#include "tensor_kernels.h"
#include "clones.h"

#define REAL float
#define BITS int32_t
#define NAME(x) x##_f32
#include "normalisation.inc"
#undef REAL
#undef NAME
#undef BITS
#define REAL double
#define BITS int64_t
#define NAME(x) x##_f64
#include "normalisation.inc"

void tk_run_normalisation(const void *arguments) {
  const tk_normalisation_args *a = arguments;
  tk_record(tk_run_normalisation, a, sizeof *a);
  if (tk_hand_out(tk_run_normalisation, a)) return;
  if (a->dtype == TK_FLOAT32) normalisation_f32(a);
  else normalisation_f64(a);
}
