// Where the registries' linker sections begin and end in the image that this header is compiled into.
#ifndef SECTION_BOUNDS_H
#define SECTION_BOUNDS_H

#include <stddef.h>

/// The bytes of one linker section; both null where the image has no such section.
typedef struct section_bounds { const void *start; const void *end; } section_bounds;

#if defined(__ELF__)
// The linker defines __start_NAME and __stop_NAME for every section whose name is a C identifier. Weak: an image may lack it.
#define SECTION_BOUNDS(name)                                                       \
  extern const char __start_##name[] __attribute__((weak, visibility("hidden")));  \
  extern const char __stop_##name[] __attribute__((weak, visibility("hidden")));   \
  static inline section_bounds section_bounds_##name(void) {                       \
    return (section_bounds){__start_##name, __stop_##name};                        \
  }
#elif defined(__APPLE__)
#include <mach-o/getsect.h>
#include <mach-o/ldsyms.h>
extern const struct mach_header_64 __dso_handle;
// Mach-O cuts section names at 16 characters, so the records live under "__" and the first word: "__algorithms".
#define SECTION_BOUNDS_MACHO(name, section)                                          \
  static inline section_bounds section_bounds_##name(void) {                         \
    unsigned long size = 0;                                                          \
    const char *start = (const char *)getsectiondata(&__dso_handle, "__DATA_CONST", section, &size); \
    return (section_bounds){start, start ? start + size : start};                    \
  }
#endif

#if defined(__ELF__)
SECTION_BOUNDS(algorithm_records)
SECTION_BOUNDS(task_records)
SECTION_BOUNDS(model_records)
SECTION_BOUNDS(loss_records)
SECTION_BOUNDS(optimizer_records)
SECTION_BOUNDS(objective_records)
SECTION_BOUNDS(differentiation_records)
#elif defined(__APPLE__)
SECTION_BOUNDS_MACHO(algorithm_records, "__algorithms")
SECTION_BOUNDS_MACHO(task_records, "__tasks")
SECTION_BOUNDS_MACHO(model_records, "__models")
SECTION_BOUNDS_MACHO(loss_records, "__losses")
SECTION_BOUNDS_MACHO(optimizer_records, "__optimizers")
SECTION_BOUNDS_MACHO(objective_records, "__objectives")
SECTION_BOUNDS_MACHO(differentiation_records, "__differentiate")
#endif

#endif
