#include "bfloat16.h"
#include "clones.h"
#include "tensor_kernels.h"

static _Thread_local tk_precision precision = TK_PRECISION_FULL;
void tk_set_precision(tk_precision next) { precision = next; }
tk_precision tk_present_precision(void) { return precision; }

#if defined(__x86_64__)
#include <immintrin.h>
#define BFLOAT16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

bool tk_has_bfloat16(void) {
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

BFLOAT16 void tk_round_to_bfloat16(uint16_t *out, const float *in, int64_t count) {
  int64_t l = 0;
  for (; l + 32 <= count; l += 32) _mm512_storeu_si512(out + l, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(in + l + 16), _mm512_loadu_ps(in + l)));
  for (; l < count; l += 16) {
    const __mmask16 some = count - l < 16 ? (__mmask16)((1u << (count - l)) - 1) : (__mmask16)~0u;
    _mm256_mask_storeu_epi16(out + l, some, (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(some, in + l)));
  }
}

BFLOAT16 void tk_pair_rows(uint16_t *out, const float *in, int64_t rows, int64_t columns) {
  // The two rows' numbers come one after the other; the order interleaves them.
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  for (int64_t r = 0; r < rows; r += 2, in += 2 * columns, out += 2 * columns)
    for (int64_t l = 0; l < columns; l += 16) {
      const __mmask16 some = columns - l < 16 ? (__mmask16)((1u << (columns - l)) - 1) : (__mmask16)~0u;
      const __m512 first = _mm512_maskz_loadu_ps(some, in + l), second = r + 1 < rows ? _mm512_maskz_loadu_ps(some, in + columns + l) : _mm512_setzero_ps();
      _mm512_mask_storeu_epi32(out + 2 * l, some, _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(second, first)));
    }
}

// A block of `rows` times `vectors` of 16 columns, of which the last has the columns in `some`.
BFLOAT16 INLINE void block(float *c, const uint16_t *a, int64_t row, int64_t pair, const uint16_t *b, int64_t n, int64_t pairs, bool accumulate, __mmask16 some, const int rows,
                           const int vectors) {
  __m512 sum[6][4];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) sum[i][v] = accumulate ? _mm512_maskz_loadu_ps(v + 1 < vectors ? (__mmask16)~0u : some, c + i * n + 16 * v) : _mm512_setzero_ps();
  for (int64_t l = 0; l < pairs; l++, a += 2 * pair, b += 2 * n) {
    __m512i right[4];
    for (int v = 0; v < vectors; v++) right[v] = _mm512_maskz_loadu_epi32(v + 1 < vectors ? (__mmask16)~0u : some, b + 32 * v);
    for (int i = 0; i < rows; i++) {
      int32_t both;
      __builtin_memcpy(&both, a + 2 * i * row, sizeof both);
      for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_dpbf16_ps(sum[i][v], (__m512bh)_mm512_set1_epi32(both), (__m512bh)right[v]);
    }
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) _mm512_mask_storeu_ps(c + i * n + 16 * v, v + 1 < vectors ? (__mmask16)~0u : some, sum[i][v]);
}

#define ROWS(count) case count: block(c + i * n + j, a + 2 * i * row, row, pair, b + 2 * j, n, pairs, accumulate, some, count, vectors); break;
BFLOAT16 INLINE void columns_of(float *c, const uint16_t *a, int64_t row, int64_t pair, const uint16_t *b, int64_t m, int64_t n, int64_t j, int64_t pairs, bool accumulate,
                                __mmask16 some, const int vectors) {
  for (int64_t i = 0; i < m; i += 6)
    switch (m - i < 6 ? m - i : 6) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) }
}
#undef ROWS

BFLOAT16 void tk_multiply_bfloat16(float *c, const uint16_t *a, int64_t row, int64_t pair, const uint16_t *b, int64_t m, int64_t n, int64_t pairs, bool accumulate) {
  for (int64_t j = 0; j < n; j += 64) {
    const int64_t width = n - j < 64 ? n - j : 64, last = (width - 1) % 16 + 1;
    const __mmask16 some = (__mmask16)((1u << last) - 1);
    switch ((width + 15) / 16) {
      case 1: columns_of(c, a, row, pair, b, m, n, j, pairs, accumulate, some, 1); break;
      case 2: columns_of(c, a, row, pair, b, m, n, j, pairs, accumulate, some, 2); break;
      case 3: columns_of(c, a, row, pair, b, m, n, j, pairs, accumulate, some, 3); break;
      default: columns_of(c, a, row, pair, b, m, n, j, pairs, accumulate, some, 4); break;
    }
  }
}
#else
#include <stdlib.h>
bool tk_has_bfloat16(void) { return false; }
// Never called: nothing asks for bfloat16 where the processor lacks it.
void tk_round_to_bfloat16(uint16_t *out, const float *in, int64_t count) { (void)out; (void)in; (void)count; abort(); }
void tk_pair_rows(uint16_t *out, const float *in, int64_t rows, int64_t columns) { (void)out; (void)in; (void)rows; (void)columns; abort(); }
void tk_multiply_bfloat16(float *c, const uint16_t *a, int64_t row, int64_t pair, const uint16_t *b, int64_t m, int64_t n, int64_t pairs, bool accumulate) {
  (void)c; (void)a; (void)row; (void)pair; (void)b; (void)m; (void)n; (void)pairs; (void)accumulate;
  abort();
}
#endif
