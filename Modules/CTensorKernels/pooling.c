// Max pooling, and the gather and scatter at its positions, of which its derivatives of every order consist.
#include "tensor_kernels.h"
#include "clones.h"

#define REAL float
#define NAME(x) x##_f32
#include "pooling.inc"
#undef REAL
#undef NAME
#define REAL double
#define NAME(x) x##_f64
#include "pooling.inc"

void tk_run_pool(const void *arguments) {
  const tk_pool_args *a = arguments;
  tk_record(tk_run_pool, a, sizeof *a);
  if (tk_hand_out(tk_run_pool, a)) return;
  if (a->dtype == TK_FLOAT32) pool_f32(a);
  else pool_f64(a);
}

void tk_run_position(const void *arguments) {
  const tk_position_args *a = arguments;
  tk_record(tk_run_position, a, sizeof *a);
  if (tk_hand_out(tk_run_position, a)) return;
  if (a->dtype == TK_FLOAT32) position_f32(a);
  else position_f64(a);
}
