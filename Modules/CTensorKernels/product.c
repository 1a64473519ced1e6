// Matrix products and convolutions. libxsmm generates code once for each shape. Without libxsmm, or for a shape that it refuses, the
// portable loop computes the product.
#include "tensor_kernels.h"
#include "bfloat16.h"
#include "clones.h"
#include "profile.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

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

// Tile sizes of convolutions, by the size of the first-level cache.
//
// 48 KiB (measured with AVX-512): it is best to read filters from the second-level cache and the gathered tile from the first. A tile
// of 28 KiB is as good as any above 14 KiB. In the filter gradient, 128 rows are as good as 192 and 2 to 5% faster than 64.
// 32 KiB (measured with AVX2, whose code reads the filters once for every three rows): filters in slices of 16 KiB, with the tile in
// the second-level cache, make the forward map 8 to 13% faster; tiles of 56, 110 and 220 KiB perform alike. 48 rows make the filter
// gradient 12 to 20% faster.
typedef struct cuts { int64_t tile_bytes, slice_bytes, stripe_rows; } cuts;
static const cuts small_cache = {110 << 10, 16 << 10, 48}, large_cache = {28 << 10, INT64_MAX, 128};
static _Atomic(const cuts *) known_cuts;
static const cuts *near_memory(void) {
  const cuts *found = atomic_load_explicit(&known_cuts, memory_order_relaxed);
  if (!found) {
    tk_assume_first_level_cache(0);
    found = atomic_load_explicit(&known_cuts, memory_order_relaxed);
  }
  return found;
}

void tk_assume_first_level_cache(int64_t bytes) {
#ifdef _SC_LEVEL1_DCACHE_SIZE
  if (bytes == 0) bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE);
#endif
  atomic_store_explicit(&known_cuts, bytes > 0 && bytes < 48 << 10 ? &small_cache : &large_cache, memory_order_relaxed);
}

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
  if (a->precision == TK_PRECISION_OF_THREAD) {  // a recorded call already has its precision and code
    found = *a;
    found.precision = a->dtype == TK_FLOAT32 ? tk_present_precision() : TK_PRECISION_FULL;
    // A row vector and a column vector have the same storage, and a product AᵀB with one column equals BᵀA with one row.
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
  tk_convolution_args found;
  const tk_convolution_args *a = arguments;
  if (a->precision == TK_PRECISION_OF_THREAD) {
    found = *a;
    found.precision = a->dtype == TK_FLOAT32 ? tk_present_precision() : TK_PRECISION_FULL;
    a = &found;
  }
  tk_record(tk_run_convolution, a, sizeof *a);
  if (tk_hand_out(tk_run_convolution, a)) return;
  if (a->dtype == TK_FLOAT32) convolution_f32(a);
  else convolution_f64(a);
}
