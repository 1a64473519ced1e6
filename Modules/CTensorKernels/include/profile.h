// Measures the time of recorded programs by pass and kernel, and counts the floating-point operations of all products.
#ifndef PROFILE_H
#define PROFILE_H
#include <stdbool.h>
#include <stdint.h>

typedef enum tk_pass {
  TK_PASS_OTHER, TK_PASS_DATA, TK_PASS_FORWARD, TK_PASS_INNER_GRADIENT, TK_PASS_OUTER_GRADIENT, TK_PASS_OPTIMIZER, TK_PASSES
} tk_pass;
enum { TK_KERNELS = 17 };

/// Sets the pass that this thread's kernel calls belong to from now on; recorded calls keep it.
void tk_set_pass(tk_pass pass);
tk_pass tk_present_pass(void);

/// While profiling is on, programs time each of their calls.
void tk_set_profiling(bool on);
bool tk_is_profiling(void);
/// Adds to the row of a pass and kernel; kernel 0 is time outside of recorded calls.
void tk_profile_add(tk_pass pass, int kernel, int64_t nanoseconds, int64_t calls, int64_t operations);
void tk_profile_reset(void);

typedef struct tk_profile_entry { int64_t nanoseconds, calls, operations; } tk_profile_entry;
/// The row of a pass and kernel, summed over threads; kernel 0 is time outside of recorded calls.
tk_profile_entry tk_profile_read(tk_pass pass, int kernel);
/// The name of a kernel; null past the last one.
const char *tk_kernel_name(int kernel);

/// Floating-point operations of all products on all threads so far, including convolutions.
int64_t tk_product_operations(void);
/// Adds to this thread's count of floating-point operations.
void tk_count_operations(int64_t operations);
int64_t tk_thread_operations(void);
int64_t tk_nanoseconds(void);
#endif
