// Threads that take the items of a list: item i goes to whichever thread is free.
#ifndef WORKERS_H
#define WORKERS_H
#include <stdint.h>

typedef struct wk_pool wk_pool;

/// A pool of `threads` threads, the calling one included; null where threads cannot be had.
wk_pool *wk_create(int threads);
/// Calls `work(context, i, w)` once for each i in 0..<count, on the pool's threads and the calling one, and waits for all.
/// w is the number of the thread, the calling one's 0. Thread w takes item w first.
void wk_run(wk_pool *pool, int64_t count, void (*work)(void *context, int64_t item, int worker), void *context);
/// The threads that were had: fewer than asked for where the system refused some.
int wk_threads(const wk_pool *pool);
void wk_destroy(wk_pool *pool);
#endif
