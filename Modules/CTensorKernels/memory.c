// A caching allocator: every step of meta-training allocates and frees blocks of the same sizes.
//
// Each thread caches freed blocks by size class and reuses them without a lock. A block that another thread frees returns to the
// cache of the thread that allocated it. Otherwise, if one thread draws tasks and another consumes them, blocks would pile up in the
// second thread and run out in the first. A cache has a byte limit; blocks beyond it go to a shared list.
#include "memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREAD_LIMIT_BYTES = 64 << 20, REPORT_STEP = 64 << 10 };

// A thread cache. It outlives its thread, because blocks refer to it, and a later thread reuses it.
struct home {
  block *list[CLASSES];
  int64_t cached_bytes, unreported;
  struct home *next;  // in the list of all caches
  _Atomic bool taken;  // in use by a live thread; changed under the lock
  // Blocks of this cache that other threads have freed.
  _Alignas(64) _Atomic(block *) returned[CLASSES];
};

static _Thread_local struct home *local;
static block *shared_list[CLASSES];
static struct home *homes;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;  // guards the shared list, `homes` and `taken`
static _Atomic int64_t live, peak, reserved;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

// Size classes: multiples of 64 up to 256 bytes, then four per power of two, which leave at most a fifth of a block unused.
static int class_of(int64_t bytes, int64_t *rounded) {
  if (bytes <= 256) {
    int64_t units = bytes <= 64 ? 1 : (bytes + 63) / 64;
    *rounded = units * 64;
    return (int)units - 1;
  }
  int log = 63 - __builtin_clzll((unsigned long long)(bytes - 1));  // 2^log < bytes ≤ 2^(log+1), log ≥ 8
  int64_t quarter = (int64_t)1 << (log - 2);
  int64_t part = (bytes - ((int64_t)1 << log) + quarter - 1) / quarter;  // 1...4
  *rounded = ((int64_t)1 << log) + part * quarter;
  return 4 + (log - 8) * 4 + (int)part - 1;
}

static int64_t bytes_of(int class) {
  if (class < 4) return (class + 1) * 64;
  int log = 8 + (class - 4) / 4;
  return ((int64_t)1 << log) + ((class - 4) % 4 + 1) * ((int64_t)1 << (log - 2));
}

static void give_to_shared(int class, block *chain) {
  if (!chain) return;
  block *last = chain;
  while (last->next) last = last->next;
  pthread_mutex_lock(&shared_lock);
  last->next = shared_list[class];
  shared_list[class] = chain;
  pthread_mutex_unlock(&shared_lock);
}

static block *taken_back(struct home *own, int class) {
  return atomic_exchange_explicit(&own->returned[class], NULL, memory_order_acquire);
}

static void empty_lists(struct home *own) {
  for (int c = 0; c < CLASSES; c++) {
    give_to_shared(c, own->list[c]);
    own->list[c] = NULL;
  }
  own->cached_bytes = 0;
  atomic_fetch_add(&live, own->unreported);
  own->unreported = 0;
}

// Runs when a thread exits. Its thread-local variables may be gone already, so the cache comes as an argument.
static void leave(void *argument) {
  struct home *own = argument;
  empty_lists(own);
  pthread_mutex_lock(&shared_lock);
  atomic_store(&own->taken, false);
  pthread_mutex_unlock(&shared_lock);
  for (int c = 0; c < CLASSES; c++) give_to_shared(c, taken_back(own, c));
  local = NULL;
}
static void make_key(void) { pthread_key_create(&exit_key, leave); }

static void *new_memory(int64_t bytes) {
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, (size_t)bytes) != 0) {
    fprintf(stderr, "out of memory: a block of %lld bytes could not be had\n", (long long)bytes);
    abort();
  }
  return fresh;
}

// Finds or creates a cache for a thread without one. A thread needs one to allocate blocks and also to free them.
static struct home *settle(void) {
  pthread_mutex_lock(&shared_lock);
  struct home *own = homes;
  while (own && atomic_load(&own->taken)) own = own->next;
  if (!own) {
    own = memset(new_memory(sizeof *own), 0, sizeof *own);
    own->next = homes;
    homes = own;
  }
  atomic_store(&own->taken, true);
  pthread_mutex_unlock(&shared_lock);
  pthread_once(&exit_once, make_key);
  pthread_setspecific(exit_key, own);
  return local = own;
}

static inline struct home *home(void) {
  struct home *own = local;
  return own ? own : settle();
}

void tk_report_bytes(int64_t change) {
  struct home *own = home();
  own->unreported += change;
  if (own->unreported < REPORT_STEP && own->unreported > -REPORT_STEP) return;
  int64_t now = atomic_fetch_add(&live, own->unreported) + own->unreported;
  own->unreported = 0;
  int64_t seen = atomic_load(&peak);
  while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {}
}

void tk_report_reserved(int64_t change) { atomic_fetch_add(&reserved, change); }

void *tk_fresh_block(int64_t rounded) {
  tk_report_reserved(rounded);
  return new_memory(rounded);
}

static void *owned(void *block, tk_program *owner) {
  header *front = block;
  front->owner = owner;
  front->home = owner ? NULL : home();
  return (char *)block + sizeof(header);
}

void *tk_allocate(int64_t bytes) {
  tk_program *program = tk_recorded_program();
  if (!program) return tk_allocate_apart(bytes);
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  return owned(tk_program_take(program, class, rounded), program);
}

// Refills this thread's list with its blocks that other threads have freed; blocks beyond the limit go to the shared list.
static void take_back(struct home *own, int class, int64_t rounded) {
  if (!atomic_load_explicit(&own->returned[class], memory_order_relaxed)) return;
  block *chain = taken_back(own, class);
  own->list[class] = chain;
  while (chain) {
    own->cached_bytes += rounded;
    block *rest = chain->next;
    if (own->cached_bytes + rounded > THREAD_LIMIT_BYTES) {
      chain->next = NULL;
      give_to_shared(class, rest);
      return;
    }
    chain = rest;
  }
}

static void return_to(struct home *other, int class, block *item) {
  block *first = atomic_load_explicit(&other->returned[class], memory_order_relaxed);
  do item->next = first;
  while (!atomic_compare_exchange_weak_explicit(&other->returned[class], &first, item, memory_order_release, memory_order_relaxed));
}

void *tk_allocate_apart(int64_t bytes) {
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  tk_report_bytes(rounded);
  struct home *own = home();
  if (!own->list[class]) take_back(own, class, rounded);
  block *item = own->list[class];
  if (item) {
    own->list[class] = item->next;
    own->cached_bytes -= rounded;
    return owned(item, NULL);
  }
  pthread_mutex_lock(&shared_lock);
  item = shared_list[class];
  if (item) shared_list[class] = item->next;
  pthread_mutex_unlock(&shared_lock);
  return owned(item ? (void *)item : tk_fresh_block(rounded), NULL);
}

void tk_release(void *pointer, int64_t bytes) {
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  header *front = (header *)((char *)pointer - sizeof(header));
  if (front->owner) {
    tk_program_give(front->owner, class, front);
    return;
  }
  tk_report_bytes(-rounded);
  struct home *own = home();
  block *item = (block *)front;
  if (front->home != own && atomic_load_explicit(&front->home->taken, memory_order_relaxed)) {
    return_to(front->home, class, item);
    return;
  }
  // Blocks of an ended thread go to the shared list, as do blocks beyond the limit.
  if (front->home != own || own->cached_bytes + rounded > THREAD_LIMIT_BYTES) {
    item->next = NULL;
    give_to_shared(class, item);
    return;
  }
  item->next = own->list[class];
  own->list[class] = item;
  own->cached_bytes += rounded;
}

int64_t tk_live_bytes(void) { return atomic_load(&live) + home()->unreported; }
int64_t tk_peak_bytes(void) { return atomic_load(&peak); }
int64_t tk_reserved_bytes(void) { return atomic_load(&reserved); }
void tk_reset_peak(void) { atomic_store(&peak, tk_live_bytes()); }

static void free_chain(int class, block *chain) {
  while (chain) {
    block *item = chain;
    chain = chain->next;
    free(item);
    tk_report_reserved(-bytes_of(class));
  }
}

void tk_trim(void) {
  empty_lists(home());
  pthread_mutex_lock(&shared_lock);
  for (int c = 0; c < CLASSES; c++) {
    free_chain(c, shared_list[c]);
    shared_list[c] = NULL;
    for (struct home *h = homes; h; h = h->next) free_chain(c, taken_back(h, c));
  }
  pthread_mutex_unlock(&shared_lock);
}

// Scratch blocks live as long as their thread.
typedef struct scratch { void *block; int64_t bytes; } scratch;
static _Thread_local scratch scratches[4];
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static void free_scratches(void *unused) {
  (void)unused;
  for (int i = 0; i < 4; i++) {
    free(scratches[i].block);
    scratches[i] = (scratch){NULL, 0};
  }
}
static void make_scratch_key(void) { pthread_key_create(&scratch_key, free_scratches); }

void *tk_scratch(int slot, int64_t bytes) {
  scratch *s = &scratches[slot];
  if (s->bytes >= bytes && s->block) return s->block;
  pthread_once(&scratch_once, make_scratch_key);
  pthread_setspecific(scratch_key, scratches);
  free(s->block);
  int64_t rounded = (bytes + 4095) / 4096 * 4096;
  if (posix_memalign(&s->block, 64, (size_t)rounded) != 0) {
    fprintf(stderr, "out of memory: a scratch block of %lld bytes could not be had\n", (long long)rounded);
    abort();
  }
  s->bytes = rounded;
  return s->block;
}
