// Matrix products and convolutions. libxsmm makes code for each shape once; without it, or for a shape that it refuses, the
// portable loop does the same.
#include "tensor_kernels.h"
#include "clones.h"
#include "profile.h"

#ifdef TENSOR_KERNELS_LIBXSMM
#include <libxsmm.h>
typedef libxsmm_smmfunction xsmm_function_f32;
typedef libxsmm_dmmfunction xsmm_function_f64;
#define dispatch_f32 libxsmm_smmdispatch
#define dispatch_f64 libxsmm_dmmdispatch
bool tk_has_libxsmm(void) { return true; }
#else
bool tk_has_libxsmm(void) { return false; }
#endif

// What a convolution gathers for one product: to be read from the first-level cache (48 KiB here), or, by the filter gradient, which
// reads each element once, from the second-level one. Measured: 28 KiB as good as anything above 14; 128 rows as good as 192, 2 to
// 5% better than 64.
enum { TILE_BYTES = 28 << 10, STRIPE_ROWS = 128 };

#define REAL float
#define NAME(x) x##_f32
#define XSMM(x) x##_f32
#include "product.inc"
#include "convolution.inc"
#undef REAL
#undef NAME
#undef XSMM
#define REAL double
#define NAME(x) x##_f64
#define XSMM(x) x##_f64
#include "product.inc"
#include "convolution.inc"

void tk_run_product(const void *arguments) {
  tk_product_args found;
  const tk_product_args *a = arguments;
  if (!a->code) {  // a recorded call has its code already
    found = *a;
    // A row and a column are stored alike, and what is one column of AᵀB is one row of BᵀA.
    if (found.k == 1 || found.n == 1) found.transpose_b = false;
    if (found.n == 1 && found.transpose_a) {
      found.a = a->b; found.b = a->a;
      found.stride_a = a->stride_b; found.stride_b = a->stride_a;
      found.m = 1; found.n = a->m;
      found.transpose_a = false;
    }
    a = &found;
    const bool accumulate = a->accumulate;
    if (a->dtype == TK_FLOAT32) {
      found.code = code_f32(a->m, a->n, a->k, a->transpose_a, accumulate);
      if (a->stride_c == 0 && a->batch > 1) found.later_code = code_f32(a->m, a->n, a->k, a->transpose_a, true);
    } else {
      found.code = code_f64(a->m, a->n, a->k, a->transpose_a, accumulate);
      if (a->stride_c == 0 && a->batch > 1) found.later_code = code_f64(a->m, a->n, a->k, a->transpose_a, true);
    }
  }
  tk_record(tk_run_product, a, sizeof *a);
  tk_count_operations(2 * a->batch * a->m * a->n * a->k);
  if (a->dtype == TK_FLOAT32) product_f32(a);
  else product_f64(a);
}

void tk_run_convolution(const void *arguments) {
  const tk_convolution_args *a = arguments;
  tk_record(tk_run_convolution, a, sizeof *a);
  if (tk_is_first()) tk_count_operations(2 * a->tasks * a->n * a->oh * a->ow * a->co * a->kh * a->kw * a->ci);
  if (a->dtype == TK_FLOAT32) convolution_f32(a);
  else convolution_f64(a);
}
