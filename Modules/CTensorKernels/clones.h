// CLONES compiles a function for several processor generations; the loader picks one when the program starts. Under ThreadSanitizer
// there is one version only: the loader would call instrumented code before the sanitizer is ready.
#ifndef CLONES_H
#define CLONES_H
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ONE_VERSION
#endif
#endif
#if defined(__x86_64__) && defined(__ELF__) && !defined(ONE_VERSION)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))
#endif
