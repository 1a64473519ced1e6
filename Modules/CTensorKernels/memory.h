// What the allocator and the recorder share; not seen from outside this target.
#ifndef MEMORY_H
#define MEMORY_H
#include "tensor_kernels.h"

enum { CLASSES = 160 };  // size classes of blocks

// In front of every block: the recorded program that the block belongs to, or null, and what the thread keeps that took it. In a
// free block the next one of a list. 64 bytes keep the block aligned.
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
/// Memory from the system; whoever gives it back reports that.
void *tk_fresh_block(int64_t rounded);

/// The program that this thread records, or null.
tk_program *tk_recorded_program(void);
/// A block for the program: one that was given back before, or a new one.
void *tk_program_take(tk_program *program, int class, int64_t rounded);
void tk_program_give(tk_program *program, int class, header *front);
#endif
