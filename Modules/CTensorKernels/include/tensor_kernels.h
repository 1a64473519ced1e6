// The closed set of kernels that do all numeric work.
//
// Every kernel is a C function of one argument structure. A step can therefore be recorded as a list of (function, arguments) and
// run again. The inline functions below fill the structure and issue the call. Buffers are contiguous and row-major. A stride
// argument of 0 marks a leading task axis that all tasks share, such as the same parameters for every task.
#ifndef TENSOR_KERNELS_H
#define TENSOR_KERNELS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef enum tk_dtype { TK_FLOAT32 = 0, TK_FLOAT64 = 1 } tk_dtype;

/// How products are computed. The zero value takes the thread's precision when a kernel is issued; a recorded call keeps it.
typedef enum tk_precision { TK_PRECISION_OF_THREAD = 0, TK_PRECISION_FULL, TK_PRECISION_BFLOAT16 } tk_precision;
/// True if the processor multiplies bfloat16 numbers.
bool tk_has_bfloat16(void);
/// Sets the precision of the float32 products that this thread issues. bfloat16 must be available.
void tk_set_precision(tk_precision precision);
tk_precision tk_present_precision(void);

// ---- Memory: 64-byte aligned blocks, cached per thread ------------------------------------------------------------
/// Allocates a block. During a recording on this thread, the program owns the block.
void *tk_allocate(int64_t bytes);
/// Allocates a block that no program owns.
void *tk_allocate_apart(int64_t bytes);
void tk_release(void *block, int64_t bytes);
/// Bytes in live blocks now, and their maximum since the last reset. Threads report in steps of 64 KiB.
int64_t tk_live_bytes(void);
int64_t tk_peak_bytes(void);
void tk_reset_peak(void);
/// Bytes allocated from the system for blocks, live or cached for reuse.
int64_t tk_reserved_bytes(void);
/// Returns cached blocks to the system: the calling thread's, the shared ones, and the ones that other threads returned to their
/// owner's cache.
void tk_trim(void);

// ---- Element-wise -------------------------------------------------------------------------------------------------
typedef enum tk_unary_op {
  TK_AFFINE,            // p·x + q
  TK_EXP, TK_LOG, TK_SQRT, TK_TANH, TK_SIGMOID, TK_SOFTPLUS, TK_RELU,
  TK_STEP,              // 1 where x > 0, else 0
  TK_RECIPROCAL, TK_SAFE_RECIPROCAL,  // the safe reciprocal is 0 at 0
  TK_SQUARE, TK_ABS, TK_SIGN,
  TK_RSQRT,             // 1 / √(x + p)
} tk_unary_op;

typedef enum tk_binary_op {
  TK_ADD,               // a + p·b
  TK_MULTIPLY,          // p·a·b
  TK_DIVIDE,
  TK_MAXIMUM,
  TK_GREATER,           // 1 where a > b, else 0
  TK_EQUAL,             // 1 where a == b, else 0
  TK_GATE,              // a where b > 0, else 0
} tk_binary_op;

typedef struct tk_unary_args { tk_unary_op op; tk_dtype dtype; int64_t count; void *out; const void *in; double p, q; } tk_unary_args;
typedef struct tk_binary_args {
  tk_binary_op op; tk_dtype dtype;
  int64_t extent[4], stride_a[4], stride_b[4];  // outermost first; strides in elements, 0 on a broadcast axis
  void *out; const void *a, *b; double p;
} tk_binary_args;
typedef struct tk_fill_args { tk_dtype dtype; int64_t count; void *out; double value; } tk_fill_args;

// ---- Reductions: axes alternate between kept and reduced after merging; at most four -------------------------------
typedef enum tk_reduce_op { TK_SUM, TK_MAX } tk_reduce_op;
typedef struct tk_reduce_args {
  tk_reduce_op op; tk_dtype dtype;
  int64_t extent[4], stride_in[4]; bool reduced[4];
  void *out; const void *in; double scale;
} tk_reduce_args;

// ---- Products: for each of `batch` items C[m,n] = op(A)·op(B) (+ C), or op(A)·B + bias, optionally with ReLU ----------
typedef void (*tk_product_code)(void);  // code that libxsmm generates for one shape and type
typedef struct tk_product_args {
  tk_dtype dtype; int64_t batch, m, n, k;
  bool transpose_a, transpose_b;  // A is stored [k,m], B is stored [n,k]
  bool accumulate;
  int64_t stride_a, stride_b, stride_c;  // elements from one item to the next; 0 = shared (for C: summed over items)
  void *c; const void *a, *b;
  const void *bias;                 // null for none; n numbers for each `bias_rows` rows of all items, `bias_stride` apart
  int64_t bias_stride, bias_rows;
  bool relu;                        // applied after the bias
  tk_precision precision;           // bfloat16 rounds the operands of large products
  tk_product_code code, later_code;  // looked up if null; later_code is for all items of a shared C but the first
} tk_product_args;

// ---- Layout --------------------------------------------------------------------------------------------------------
typedef struct tk_copy_args {
  int32_t item_bytes;  // 4 or 8
  int64_t extent[8], stride_out[8], stride_in[8];  // elements, outermost first
  void *out; const void *in;
} tk_copy_args;
typedef struct tk_one_hot_args { tk_dtype dtype; int64_t count, classes; void *out; const int64_t *labels; } tk_one_hot_args;

// ---- Convolution: x [tasks,n,h,w,ci], filter [tasks,kh,kw,ci,co], y [tasks,n,oh,ow,co] ----------------------------
typedef enum tk_convolution_op { TK_CONVOLVE, TK_CONVOLVE_INPUT_GRADIENT, TK_CONVOLVE_FILTER_GRADIENT } tk_convolution_op;
typedef struct tk_convolution_args {
  tk_convolution_op op; tk_dtype dtype;
  int64_t tasks, n, h, w, ci, oh, ow, co, kh, kw, stride, padding;
  int64_t stride_x, stride_filter, stride_y;  // elements from one task to the next; 0 = shared
  bool accumulate;                            // adds to `out` instead of overwriting it
  tk_precision precision;                     // bfloat16 rounds the operands of products by tiles
  void *out; const void *a, *b;  // (x, filter), (dy, filter) or (x, dy)
} tk_convolution_args;

/// Tiles convolutions for a first-level cache of the given size, 0 for this machine's. Results may differ by rounding.
void tk_assume_first_level_cache(int64_t bytes);

// ---- Max pooling: stride equal to the window, incomplete windows ignored; positions are offsets into one image ----
typedef struct tk_pool_args { tk_dtype dtype; int64_t images, h, w, c, window; void *out; int32_t *position; const void *in; } tk_pool_args;
typedef struct tk_position_args {
  tk_dtype dtype; bool scatter; int64_t images, h, w, c, window;
  void *out; const int32_t *position; const void *in;
} tk_position_args;

// ---- Batch norm: x, y, g, dx, u [tasks, rows, channels]; γ, β, dγ, dβ [tasks, channels]; statistics [tasks, 2, channels] -----
typedef enum tk_normalisation_op { TK_NORMALISE, TK_NORMALISE_GRADIENT, TK_NORMALISE_SECOND } tk_normalisation_op;
typedef struct tk_normalisation_args {
  tk_normalisation_op op; tk_dtype dtype;
  int64_t tasks, rows, channels;
  int64_t stride_gamma, stride_beta;  // 0 = shared by the tasks
  bool relu; double epsilon;
  const void *x, *gamma, *beta, *g, *u, *p, *q;
  void *y, *statistics;                   // written by TK_NORMALISE; the others read the statistics
  void *dx, *dgamma, *dbeta;              // written by TK_NORMALISE_GRADIENT; TK_NORMALISE_SECOND reads dγ and dβ
  void *bar_x, *bar_g, *bar_gamma;        // written by TK_NORMALISE_SECOND
} tk_normalisation_args;

// ---- Linear systems: for each task X[n,m] = A⁻¹·B -------------------------------------------------------------------
/// Solves the symmetric part of A, [n, n]. Where that is not positive definite, all of the task's X is NaN.
typedef struct tk_solve_args {
  tk_dtype dtype; int64_t tasks, n, m;
  int64_t stride_a, stride_b;  // elements from one task to the next; 0 = shared
  void *x; const void *a, *b;
} tk_solve_args;

// ---- Outer optimizer -----------------------------------------------------------------------------------------------
/// Adam with decoupled weight decay: updates m and v, then θ ← θ − rate·(m̂/(√v̂ + ε) + decay·θ). Each old vector is its new one, or
/// does not overlap it. Subnormal moments become 0 after the step has used them.
typedef struct tk_adam_args {
  tk_dtype dtype; int64_t count; void *parameter, *first, *second; const void *old_parameter, *old_first, *old_second, *gradient;
  double rate, beta1, beta2, epsilon, decay; double correction1, correction2;  // 1 − β^t
  bool *is_finite;  // set to whether no new element is infinite or NaN; null for none
} tk_adam_args;

/// sum ← sum + in.
typedef struct tk_accumulate_args { tk_dtype dtype; int64_t count; void *sum; const void *in; } tk_accumulate_args;

/// A part of a vector that lies apart from the others.
typedef struct tk_piece { void *start; int64_t count; } tk_piece;

// ---- Recording -----------------------------------------------------------------------------------------------------
/// A recorded list of kernel calls with its own memory, which can run again on new contents of the same inputs.
typedef struct tk_program tk_program;
/// Starts a recording on this thread. Until tk_program_end, kernels that the thread issues run and are recorded, and the program owns
/// the blocks that the thread allocates, except those from tk_allocate_apart. tk_reader and tk_reader_of return `reader`.
tk_program *tk_program_begin(void *reader);
void tk_program_end(void);
void tk_program_run(const tk_program *program);
int64_t tk_program_calls(const tk_program *program);
/// Threads that run a program together. They share the work of the large kernels; the other kernels run on the first thread.
/// The tiling does not depend on the number of threads, so the bits of the result do not either.
typedef struct tk_team tk_team;
tk_team *tk_team_create(int threads);
void tk_team_destroy(tk_team *team);
/// Runs a program on a team. Each of the team's threads calls this with its number.
void tk_program_run_together(const tk_program *program, tk_team *team, int thread);
/// Makes this thread the team's leader: it shares its large kernels with the team until it dismisses the team.
void tk_team_lead(tk_team *team);
void tk_team_dismiss(tk_team *team);
/// Runs this thread's part of every kernel that the leader shares. Each of the team's other threads calls this with its number.
void tk_team_follow(tk_team *team, int thread);
/// Runs a kernel on the team that this thread leads. Returns false if the thread leads no team or is recording.
bool tk_hand_out(void (*kernel)(const void *arguments), const void *arguments);
/// This thread's part of the items 0..<count; all of them outside of a team.
void tk_share(int64_t count, int64_t *begin, int64_t *end);
/// True on the first thread of a team, and outside of one.
bool tk_is_first(void);
/// Releases the program. Its memory is freed when the last tensor in it is released too.
void tk_program_destroy(tk_program *program);
bool tk_is_recording(void);
/// The reader of the program that this thread records, or null.
void *tk_reader(void);
/// The same, but null if the recorded program owns the block. The reader must keep all other blocks alive.
void *tk_reader_of(const void *block);

// These are not recorded.
/// Copies pieces, one after another, to a vector of items of 4 or 8 bytes.
void tk_gather(int32_t item_bytes, void *vector, const tk_piece *pieces, int64_t count);
/// Copies a vector's items to pieces, one after another.
void tk_scatter(int32_t item_bytes, const void *vector, const tk_piece *pieces, int64_t count);
/// Adds pieces, one after another, to a vector.
void tk_accumulate_pieces(tk_dtype dtype, void *sum, const tk_piece *pieces, int64_t count);
/// Replaces subnormal values by 0; true if no element is infinite or NaN.
bool tk_flush(tk_dtype dtype, void *values, int64_t count);
/// True if no element is infinite or NaN.
bool tk_all_finite(tk_dtype dtype, const void *in, int64_t count);
/// The sum of squares, rounded to the type: infinite if it overflows the type.
double tk_sum_of_squares(tk_dtype dtype, const void *in, int64_t count);

// ---- Issue ---------------------------------------------------------------------------------------------------------
typedef void (*tk_kernel)(const void *arguments);
/// Appends a call to the program that this thread records, if any.
void tk_record(tk_kernel kernel, const void *arguments, int64_t bytes);
void tk_run_unary(const void *arguments);
void tk_run_binary(const void *arguments);
void tk_run_fill(const void *arguments);
void tk_run_reduce(const void *arguments);
void tk_run_product(const void *arguments);
void tk_run_copy(const void *arguments);
void tk_run_one_hot(const void *arguments);
void tk_run_convolution(const void *arguments);
void tk_run_pool(const void *arguments);
void tk_run_position(const void *arguments);
void tk_run_normalisation(const void *arguments);
void tk_run_solve(const void *arguments);
void tk_run_adam(const void *arguments);
void tk_run_accumulate(const void *arguments);

/// True if libxsmm computes the matrix products.
bool tk_has_libxsmm(void);
/// A scratch block of this thread, at least `bytes` long, for a slot 0 to 3. Valid until the next call with the same slot.
void *tk_scratch(int slot, int64_t bytes);

static inline void tk_unary(tk_unary_op op, tk_dtype dtype, int64_t count, void *out, const void *in, double p, double q) {
  tk_unary_args a = {op, dtype, count, out, in, p, q};
  tk_run_unary(&a);
}
static inline void tk_fill(tk_dtype dtype, int64_t count, void *out, double value) {
  tk_fill_args a = {dtype, count, out, value};
  tk_run_fill(&a);
}
static inline void tk_one_hot(tk_dtype dtype, int64_t count, int64_t classes, void *out, const int64_t *labels) {
  tk_one_hot_args a = {dtype, count, classes, out, labels};
  tk_run_one_hot(&a);
}
/// Copies one contiguous run of items of 4 or 8 bytes.
static inline void tk_copy_run(int32_t item_bytes, int64_t count, void *out, const void *in) {
  if (!tk_is_recording()) {
    if (count > 0) memcpy(out, in, (size_t)(item_bytes * count));
    return;
  }
  tk_copy_args a = {.item_bytes = item_bytes, .extent = {1, 1, 1, 1, 1, 1, 1, count}, .stride_out[7] = 1, .stride_in[7] = 1, .out = out, .in = in};
  tk_run_copy(&a);
}
static inline void tk_product(tk_product_args a) { tk_run_product(&a); }
static inline void tk_convolve(tk_convolution_args a) { tk_run_convolution(&a); }

#endif
