// What the allocator and the recorder share; not seen from outside this target.
#ifndef MEMORY_H
#define MEMORY_H
#include "tensor_kernels.h"

enum { CLASSES = 160 };  // size classes of blocks

typedef struct block { struct block *next; } block;

// In front of every block: the recorded program that the block belongs to, or null. 64 bytes keep the block aligned.
typedef struct header { tk_program *owner; char padding[64 - sizeof(tk_program *)]; } header;

void tk_report_bytes(int64_t change);
void *tk_fresh_block(int64_t rounded);

/// The program that this thread records, or null.
tk_program *tk_recorded_program(void);
/// A block for the program: one that was given back before, or a new one.
void *tk_program_take(tk_program *program, int class, int64_t rounded);
void tk_program_give(tk_program *program, int class, header *front);
#endif
