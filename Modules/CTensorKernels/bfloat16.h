// Products of bfloat16 numbers with sums in float32, for processors with AVX512-BF16.
//
// A product C[m,n] = A·B (+ C) adds the products of two neighbouring depths in one instruction. Both operands therefore hold pairs of
// depths: B is [pairs][n][2], and A has a pair of a row in 32 bits, the rows `row` pairs apart and the depths `pair` pairs apart.
#ifndef BFLOAT16_H
#define BFLOAT16_H
#include <stdbool.h>
#include <stdint.h>

/// Rounds to nearest, ties to even; subnormal numbers become 0. NaN stays NaN.
void tk_round_to_bfloat16(uint16_t *out, const float *in, int64_t count);
/// Rounds rows [rows][columns] and interleaves each two: [(rows + 1)/2][columns][2]. A missing last row counts as 0.
void tk_pair_rows(uint16_t *out, const float *in, int64_t rows, int64_t columns);
void tk_multiply_bfloat16(float *c, const uint16_t *a, int64_t row, int64_t pair, const uint16_t *b, int64_t m, int64_t n, int64_t pairs, bool accumulate);
#endif
