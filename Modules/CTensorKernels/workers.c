// A thread starts with the item of its own number: if the same job runs in a loop, the thread finds its item's data in its cache.
// Each further item goes to the next free thread.
//
// The pool's threads spin for some tens of microseconds before they sleep: a meta-iteration of a small network takes less time than
// waking a sleeping thread. Threads that a job leaves out sleep until a job wants them.
#ifdef __linux__
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("yield")
#else
#define PAUSE()
#endif

enum { SPINS = 4000, STACK_BYTES = 64 << 20, LINE_BYTES = 128 };

struct wk_pool {
  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  pthread_cond_t rejoin;  // where threads sleep that the current job leaves out
  pthread_t *threads;
  int helpers;
  _Atomic int numbered;  // threads that have taken their number
  int last_active;        // threads of the previous job
  // The current job. `round` changes when a new one starts; its lowest 16 bits are the number of threads that take part, so that a
  // thread that is left out reads no other field. The job's fields share its cache line; the counters that threads write
  // during the job lie in other lines.
  _Alignas(LINE_BYTES) _Atomic uint64_t round;
  _Atomic bool stopping;
  int64_t count;
  void (*work)(void *, int64_t, int);
  void *context;
  _Alignas(LINE_BYTES) _Atomic int64_t next;  // the next item to hand out, after each thread's own item
  _Alignas(LINE_BYTES) _Atomic int busy;      // helpers that have not finished the job
};

static int active_in(uint64_t round) { return (int)(round & 0xffff); }

static void take_items(wk_pool *p, int worker) {
  for (int64_t item = worker; item < p->count; item = atomic_fetch_add(&p->next, 1)) p->work(p->context, item, worker);
}

static void *helper(void *argument) {
  wk_pool *p = argument;
  const int worker = atomic_fetch_add(&p->numbered, 1) + 1;
  uint64_t seen = 0;
  bool left_out = false;
  for (;;) {
    if (left_out) {
      pthread_mutex_lock(&p->lock);
      while (active_in(atomic_load(&p->round)) <= worker) pthread_cond_wait(&p->rejoin, &p->lock);
      pthread_mutex_unlock(&p->lock);
    } else {
      for (int spin = 0; spin < SPINS && atomic_load(&p->round) == seen; spin++) PAUSE();
      if (atomic_load(&p->round) == seen) {
        pthread_mutex_lock(&p->lock);
        while (atomic_load(&p->round) == seen) pthread_cond_wait(&p->wake, &p->lock);
        pthread_mutex_unlock(&p->lock);
      }
    }
    seen = atomic_load(&p->round);
    left_out = active_in(seen) <= worker;
    if (left_out) continue;
    if (atomic_load(&p->stopping)) return NULL;
    take_items(p, worker);
    if (atomic_fetch_sub(&p->busy, 1) == 1) {
      pthread_mutex_lock(&p->lock);
      pthread_cond_signal(&p->done);
      pthread_mutex_unlock(&p->lock);
    }
  }
}

wk_pool *wk_create(int threads) {
  wk_pool *p = aligned_alloc(LINE_BYTES, sizeof *p);
  if (!p) return NULL;
  memset(p, 0, sizeof *p);
  p->threads = calloc((size_t)(threads > 1 ? threads - 1 : 1), sizeof *p->threads);
  if (!p->threads) {
    free(p);
    return NULL;
  }
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  pthread_cond_init(&p->done, NULL);
  pthread_cond_init(&p->rejoin, NULL);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  for (int i = 0; i < threads - 1; i++) {
    if (pthread_create(&p->threads[i], &attributes, helper, p) != 0) break;
    p->helpers++;
  }
  pthread_attr_destroy(&attributes);
  return p;
}

static void start_round(wk_pool *p, int active) {
  pthread_mutex_lock(&p->lock);
  atomic_store(&p->round, ((atomic_load(&p->round) >> 16) + 1) << 16 | (uint64_t)active);
  pthread_cond_broadcast(&p->wake);
  if (active > p->last_active) pthread_cond_broadcast(&p->rejoin);
  p->last_active = active;
  pthread_mutex_unlock(&p->lock);
}

void wk_run(wk_pool *p, int active, int64_t count, void (*work)(void *, int64_t, int), void *context) {
  p->count = count;
  p->work = work;
  p->context = context;
  atomic_store(&p->next, active);
  atomic_store(&p->busy, active - 1);
  if (active > 1) start_round(p, active);
  take_items(p, 0);
  for (int spin = 0; spin < SPINS && atomic_load(&p->busy) > 0; spin++) PAUSE();
  if (atomic_load(&p->busy) > 0) {
    pthread_mutex_lock(&p->lock);
    while (atomic_load(&p->busy) > 0) pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
  }
}

int wk_affinity(void) {
#ifdef __linux__
  // Room for 16,384 cores; the system refuses a mask that is too short for its own.
  cpu_set_t sets[16];
  memset(sets, 0, sizeof sets);
  if (sched_getaffinity(0, sizeof sets, sets) == 0) return CPU_COUNT_S(sizeof sets, sets);
#endif
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int wk_threads(const wk_pool *p) { return p->helpers + 1; }

void wk_destroy(wk_pool *p) {
  atomic_store(&p->stopping, true);
  if (p->helpers > 0) start_round(p, p->helpers + 1);
  for (int i = 0; i < p->helpers; i++) pthread_join(p->threads[i], NULL);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->wake);
  pthread_cond_destroy(&p->done);
  pthread_cond_destroy(&p->rejoin);
  free(p->threads);
  free(p);
}
