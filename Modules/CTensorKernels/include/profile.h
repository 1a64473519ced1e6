// Where the time of recorded programs goes, by pass and kernel; and the arithmetic of all products.
#ifndef PROFILE_H
#define PROFILE_H
#include <stdbool.h>
#include <stdint.h>

typedef enum tk_pass {
  TK_PASS_OTHER, TK_PASS_DATA, TK_PASS_FORWARD, TK_PASS_INNER_GRADIENT, TK_PASS_OUTER_GRADIENT, TK_PASS_OPTIMIZER, TK_PASSES
} tk_pass;
enum { TK_KERNELS = 17 };

/// The pass that this thread's kernel calls belong to from here on; calls that are recorded keep it.
void tk_set_pass(tk_pass pass);
tk_pass tk_present_pass(void);

/// While on, programs time each of their calls.
void tk_set_profiling(bool on);
bool tk_is_profiling(void);
/// Adds to a row; kernel 0 is time that no recorded call accounts for.
void tk_profile_add(tk_pass pass, int kernel, int64_t nanoseconds, int64_t calls, int64_t operations);
void tk_profile_reset(void);

typedef struct tk_profile_entry { int64_t nanoseconds, calls, operations; } tk_profile_entry;
/// The sum over threads. Kernel 0 is what happens outside of kernels.
tk_profile_entry tk_profile_read(tk_pass pass, int kernel);
/// The name of a kernel; null past the last.
const char *tk_kernel_name(int kernel);

/// Floating-point operations of all products, convolutions included, on all threads so far.
int64_t tk_product_operations(void);
/// Counts operations of this thread.
void tk_count_operations(int64_t operations);
int64_t tk_thread_operations(void);
int64_t tk_nanoseconds(void);
#endif
