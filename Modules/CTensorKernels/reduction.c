// Sums and maxima over axes.
#include "tensor_kernels.h"
#include "clones.h"

#define REAL float
#define NAME(x) x##_f32
#include "reduction.inc"
#undef REAL
#undef NAME
#define REAL double
#define NAME(x) x##_f64
#include "reduction.inc"

void tk_run_reduce(const void *arguments) {
  const tk_reduce_args *a = arguments;
  tk_record(tk_run_reduce, a, sizeof *a);
  if (a->dtype == TK_FLOAT32) reduce_f32(a);
  else reduce_f64(a);
}

double tk_sum_of_squares(tk_dtype dtype, const void *in, int64_t count) {
  return dtype == TK_FLOAT32 ? (double)sum_of_squares_f32(in, count) : sum_of_squares_f64(in, count);
}

bool tk_all_finite(tk_dtype dtype, const void *in, int64_t count) {
  return dtype == TK_FLOAT32 ? all_finite_f32(in, count) : all_finite_f64(in, count);
}
