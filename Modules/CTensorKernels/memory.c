// A caching allocator: a step of meta-training frees and takes the same sizes again and again.
//
// Each thread keeps freed blocks by size class and takes no lock to use them. A class that holds too many gives the rest to
// a shared list, so that blocks freed by another thread than took them do not pile up.
#include "memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREAD_LIMIT_BYTES = 64 << 20, REPORT_STEP = 64 << 10 };

typedef struct cache { block *list[CLASSES]; int64_t cached_bytes; int64_t unreported; bool armed; } cache;

static _Thread_local cache local;
static block *shared_list[CLASSES];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int64_t live, peak;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

// Four classes per power of two, from 64 bytes: at most 25% of a block is unused.
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

static void give_to_shared(int class, block *item) {
  pthread_mutex_lock(&shared_lock);
  item->next = shared_list[class];
  shared_list[class] = item;
  pthread_mutex_unlock(&shared_lock);
}

static void release_thread(void *unused) {
  (void)unused;
  for (int c = 0; c < CLASSES; c++) {
    while (local.list[c]) {
      block *item = local.list[c];
      local.list[c] = item->next;
      give_to_shared(c, item);
    }
  }
  local.cached_bytes = 0;
  local.armed = false;
  atomic_fetch_add(&live, local.unreported);
  local.unreported = 0;
}
static void make_key(void) { pthread_key_create(&exit_key, release_thread); }

// Hand the thread's cache back when it ends, whether it took blocks or only freed them.
static void arm(void) {
  if (local.armed) return;
  pthread_once(&exit_once, make_key);
  pthread_setspecific(exit_key, &local);
  local.armed = true;
}

void tk_report_bytes(int64_t change) {
  local.unreported += change;
  if (local.unreported < REPORT_STEP && local.unreported > -REPORT_STEP) return;
  int64_t now = atomic_fetch_add(&live, local.unreported) + local.unreported;
  local.unreported = 0;
  int64_t seen = atomic_load(&peak);
  while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {}
}

void *tk_fresh_block(int64_t rounded) {
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, (size_t)rounded) != 0) {
    fprintf(stderr, "out of memory: a block of %lld bytes could not be had\n", (long long)rounded);
    abort();
  }
  return fresh;
}

static void *owned(void *block, tk_program *owner) {
  ((header *)block)->owner = owner;
  return (char *)block + sizeof(header);
}

void *tk_allocate(int64_t bytes) {
  tk_program *program = tk_recorded_program();
  if (!program) return tk_allocate_apart(bytes);
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  return owned(tk_program_take(program, class, rounded), program);
}

void *tk_allocate_apart(int64_t bytes) {
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  tk_report_bytes(rounded);
  block *item = local.list[class];
  if (item) {
    local.list[class] = item->next;
    local.cached_bytes -= rounded;
    return owned(item, NULL);
  }
  arm();
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
  arm();
  block *item = (block *)front;
  if (local.cached_bytes + rounded > THREAD_LIMIT_BYTES) {
    give_to_shared(class, item);
    return;
  }
  item->next = local.list[class];
  local.list[class] = item;
  local.cached_bytes += rounded;
}

int64_t tk_live_bytes(void) { return atomic_load(&live) + local.unreported; }
int64_t tk_peak_bytes(void) { return atomic_load(&peak); }
void tk_reset_peak(void) { atomic_store(&peak, tk_live_bytes()); }

void tk_trim(void) {
  bool armed = local.armed;
  release_thread(NULL);
  local.armed = armed;
  pthread_mutex_lock(&shared_lock);
  for (int c = 0; c < CLASSES; c++) {
    while (shared_list[c]) {
      block *item = shared_list[c];
      shared_list[c] = item->next;
      free(item);
    }
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
