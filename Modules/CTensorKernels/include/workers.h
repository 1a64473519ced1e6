// A pool of threads that process the items of a list. Thread w starts with item w; each further item goes to the next free thread.
#ifndef WORKERS_H
#define WORKERS_H
#include <stdint.h>

typedef struct wk_pool wk_pool;

/// A pool of `threads` threads, including the calling one; null if memory runs out.
wk_pool *wk_create(int threads);
/// Calls `work(context, i, w)` once for each i in 0..<count, on the first `active` threads, and waits for all calls.
/// w is the thread's number, 0 for the calling thread. Thread w starts with item w. `active` is at least 1 and at most `wk_threads`.
void wk_run(wk_pool *pool, int active, int64_t count, void (*work)(void *context, int64_t item, int worker), void *context);
/// The number of threads actually created, including the calling one; fewer than requested if the system refused some.
int wk_threads(const wk_pool *pool);
/// The number of cores in the affinity mask of the calling thread, or of online cores where there are no masks; -1 if unknown.
int wk_affinity(void);
void wk_destroy(wk_pool *pool);
#endif
