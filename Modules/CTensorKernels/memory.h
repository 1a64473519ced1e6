// Internal interface between the allocator and the recorder.
#ifndef MEMORY_H
#define MEMORY_H
#include "tensor_kernels.h"

enum { CLASSES = 160 };  // size classes of blocks

// The header in front of every block. It names the recorded program that owns the block, or null, and the cache of the thread that
// allocated it. A free block stores the next block of its list instead of the owner. 64 bytes keep the block aligned.
typedef struct header {
  union {
    tk_program *owner;
    struct header *next;
  };
  struct home *home;
  char padding[64 - 2 * sizeof(void *)];
} header;
typedef header block;

void tk_report_bytes(int64_t change);
void tk_report_reserved(int64_t change);
/// Allocates memory from the system. The code that frees it must report the change with tk_report_reserved.
void *tk_fresh_block(int64_t rounded);

/// The program that this thread records, or null.
tk_program *tk_recorded_program(void);
/// A block for the program: a released one if possible, otherwise a new one.
void *tk_program_take(tk_program *program, int class, int64_t rounded);
void tk_program_give(tk_program *program, int class, header *front);
#endif
