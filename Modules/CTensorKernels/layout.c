// Strided copies: transpose, slice, concatenate, and make a broadcast contiguous.
#include "tensor_kernels.h"
#include "clones.h"

// Copies one plane of the two innermost axes.
#define PLANE(name, TYPE)                                                                                                  \
  CLONES static void name(TYPE *restrict out, const TYPE *restrict in, int64_t rows, int64_t columns, int64_t out_row,     \
                          int64_t out_column, int64_t in_row, int64_t in_column) {                                         \
    if (out_column == 1 && in_column == 1) {                                                                               \
      for (int64_t i = 0; i < rows; i++) memcpy(out + i * out_row, in + i * in_row, (size_t)columns * sizeof(TYPE));       \
    } else if (out_column == 1 && in_row == 1) {                                                                           \
      /* A transposition, in tiles that stay in the first-level cache. */                                                  \
      for (int64_t i0 = 0; i0 < rows; i0 += 16)                                                                            \
        for (int64_t j0 = 0; j0 < columns; j0 += 16) {                                                                     \
          int64_t i1 = i0 + 16 < rows ? i0 + 16 : rows, j1 = j0 + 16 < columns ? j0 + 16 : columns;                        \
          for (int64_t i = i0; i < i1; i++)                                                                                \
            for (int64_t j = j0; j < j1; j++) out[i * out_row + j] = in[i + j * in_column];                                \
        }                                                                                                                  \
    } else {                                                                                                               \
      for (int64_t i = 0; i < rows; i++)                                                                                   \
        for (int64_t j = 0; j < columns; j++) out[i * out_row + j * out_column] = in[i * in_row + j * in_column];          \
    }                                                                                                                      \
  }
PLANE(plane_4, uint32_t)
PLANE(plane_8, uint64_t)

void tk_run_copy(const void *arguments) {
  const tk_copy_args *a = arguments;
  tk_record(tk_run_copy, a, sizeof *a);
  int64_t index[6] = {0};
  for (int d = 0; d < 8; d++) if (a->extent[d] == 0) return;
  while (true) {
    int64_t in = 0, out = 0;
    for (int d = 0; d < 6; d++) { in += index[d] * a->stride_in[d]; out += index[d] * a->stride_out[d]; }
    if (a->item_bytes == 4)
      plane_4((uint32_t *)a->out + out, (const uint32_t *)a->in + in, a->extent[6], a->extent[7], a->stride_out[6],
              a->stride_out[7], a->stride_in[6], a->stride_in[7]);
    else
      plane_8((uint64_t *)a->out + out, (const uint64_t *)a->in + in, a->extent[6], a->extent[7], a->stride_out[6],
              a->stride_out[7], a->stride_in[6], a->stride_in[7]);
    int d = 5;
    while (d >= 0 && ++index[d] == a->extent[d]) index[d--] = 0;
    if (d < 0) return;
  }
}

void tk_gather(int32_t item_bytes, void *vector, const tk_piece *pieces, int64_t count) {
  char *next = vector;
  for (int64_t i = 0; i < count; i++) {
    const size_t bytes = (size_t)(pieces[i].count * item_bytes);
    if (bytes > 0) memcpy(next, pieces[i].start, bytes);
    next += bytes;
  }
}

void tk_scatter(int32_t item_bytes, const void *vector, const tk_piece *pieces, int64_t count) {
  const char *next = vector;
  for (int64_t i = 0; i < count; i++) {
    const size_t bytes = (size_t)(pieces[i].count * item_bytes);
    if (bytes > 0) memcpy(pieces[i].start, next, bytes);
    next += bytes;
  }
}
