// Solutions of symmetric positive definite systems by a Cholesky factorisation (Golub and Van Loan, Matrix Computations, 4th edition,
// 2013, algorithm 4.2.2, by rows of U).
#include "tensor_kernels.h"
#include "clones.h"

#include <math.h>

#define REAL float
#define NAME(x) x##_f32
static inline float root_f32(float x) { return sqrtf(x); }
#include "solve.inc"
#undef REAL
#undef NAME
#define REAL double
#define NAME(x) x##_f64
static inline double root_f64(double x) { return sqrt(x); }
#include "solve.inc"

void tk_run_solve(const void *arguments) {
  const tk_solve_args *a = arguments;
  tk_record(tk_run_solve, a, sizeof *a);
  if (a->dtype == TK_FLOAT32) solve_f32(a);
  else solve_f64(a);
}
