// Element-wise kernels: plain loops, compiled for several processor generations.
#include "tensor_kernels.h"
#include "clones.h"
#include "vector_math.h"
#include <float.h>

#define REAL float
#define SMALLEST_NORMAL FLT_MIN
#define NAME(x) x##_f32_kernel
#define MATH(x) x##_f32
#include "elementwise.inc"
#undef REAL
#undef SMALLEST_NORMAL
#undef NAME
#undef MATH

#define exp_f64 exp
#define log_f64 log
#define tanh_f64 tanh
#define REAL double
#define SMALLEST_NORMAL DBL_MIN
#define NAME(x) x##_f64_kernel
#define MATH(x) x##_f64
#include "elementwise.inc"

#define BY_TYPE(name, type)                                       \
  void tk_run_##name(const void *arguments) {                     \
    const type *a = arguments;                                    \
    tk_record(tk_run_##name, a, sizeof *a);                       \
    if (a->dtype == TK_FLOAT32) name##_f32_kernel(a);             \
    else name##_f64_kernel(a);                                    \
  }
BY_TYPE(unary, tk_unary_args)
BY_TYPE(binary, tk_binary_args)
BY_TYPE(one_hot, tk_one_hot_args)
BY_TYPE(adam, tk_adam_args)
BY_TYPE(accumulate, tk_accumulate_args)

bool tk_flush(tk_dtype dtype, void *values, int64_t count) {
  return dtype == TK_FLOAT32 ? flush_f32_kernel(values, count) : flush_f64_kernel(values, count);
}

void tk_run_fill(const void *arguments) {
  const tk_fill_args *a = arguments;
  tk_record(tk_run_fill, a, sizeof *a);
  if (a->dtype == TK_FLOAT32) fill_f32_kernel(a->count, a->out, (float)a->value);
  else fill_f64_kernel(a->count, a->out, a->value);
}

void tk_accumulate_pieces(tk_dtype dtype, void *sum, const tk_piece *pieces, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    const tk_accumulate_args a = {.dtype = dtype, .count = pieces[i].count, .sum = sum, .in = pieces[i].start};
    if (dtype == TK_FLOAT32) accumulate_f32_kernel(&a);
    else accumulate_f64_kernel(&a);
    sum = (char *)sum + pieces[i].count * (dtype == TK_FLOAT32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double));
  }
}
