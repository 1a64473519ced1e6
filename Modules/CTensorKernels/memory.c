// A caching allocator: a step of meta-training frees and takes the same sizes again and again.
//
// Each thread keeps freed blocks by size class and takes no lock to use them. A class that holds too many gives the rest to
// a shared list, so that blocks freed by another thread than took them do not pile up.
#include "tensor_kernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

// In front of every block: the recorded program that the block belongs to, or null. 64 bytes keep the block aligned.
typedef struct header { tk_program *owner; char padding[64 - sizeof(tk_program *)]; } header;

enum { CLASSES = 160, THREAD_LIMIT_BYTES = 64 << 20, REPORT_STEP = 64 << 10 };

typedef struct block { struct block *next; } block;
typedef struct cache { block *list[CLASSES]; int64_t cached_bytes; int64_t unreported; bool armed; } cache;

static _Thread_local cache local;
static block *shared_list[CLASSES];
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int64_t live, peak;
static _Thread_local tk_program *recording;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

static void *tk_program_take(tk_program *p, int class, int64_t rounded);
static void tk_program_give(tk_program *p, int class, header *front, bool reusable);

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

static void report(int64_t change) {
  local.unreported += change;
  if (local.unreported < REPORT_STEP && local.unreported > -REPORT_STEP) return;
  int64_t now = atomic_fetch_add(&live, local.unreported) + local.unreported;
  local.unreported = 0;
  int64_t seen = atomic_load(&peak);
  while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {}
}

static void *fresh_block(int64_t rounded) {
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
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  if (recording) return owned(tk_program_take(recording, class, rounded), recording);
  report(rounded);
  block *item = local.list[class];
  if (item) {
    local.list[class] = item->next;
    local.cached_bytes -= rounded;
    return owned(item, NULL);
  }
  if (!local.armed) {  // hand the cache back when the thread ends
    pthread_once(&exit_once, make_key);
    pthread_setspecific(exit_key, &local);
    local.armed = true;
  }
  pthread_mutex_lock(&shared_lock);
  item = shared_list[class];
  if (item) shared_list[class] = item->next;
  pthread_mutex_unlock(&shared_lock);
  return owned(item ? (void *)item : fresh_block(rounded), NULL);
}

void tk_release(void *pointer, int64_t bytes) {
  int64_t rounded;
  int class = class_of(bytes + (int64_t)sizeof(header), &rounded);
  header *front = (header *)((char *)pointer - sizeof(header));
  if (front->owner) {
    tk_program_give(front->owner, class, front, front->owner == recording);
    return;
  }
  report(-rounded);
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

// ---- Recorded programs ----
// A program owns every block that is taken while it is recorded. A block that is released meanwhile is taken again by what
// follows, exactly as when the program runs: the memory plan is the one that the recording found.
typedef struct call { tk_kernel kernel; int64_t offset; } call;
struct tk_program {
  block *list[CLASSES];
  void **blocks;
  call *calls;
  char *arguments;
  int64_t block_count, block_room, call_count, call_room, argument_bytes, argument_room, bytes;
  _Atomic int64_t holders;  // the program's user, and every block that a tensor still holds
};

static void *grown(void *memory, int64_t *room, int64_t needed, size_t item) {
  if (needed <= *room) return memory;
  *room = needed * 2 + 64;
  void *larger = realloc(memory, (size_t)*room * item);
  if (!larger) {
    fprintf(stderr, "out of memory: %lld bytes for a recorded program could not be had\n", (long long)(*room * (int64_t)item));
    abort();
  }
  return larger;
}

static void *tk_program_take(tk_program *p, int class, int64_t rounded) {
  atomic_fetch_add(&p->holders, 1);
  block *item = p->list[class];
  if (item) {
    p->list[class] = item->next;
    return item;
  }
  p->blocks = grown(p->blocks, &p->block_room, p->block_count + 1, sizeof *p->blocks);
  void *fresh = fresh_block(rounded);
  p->blocks[p->block_count++] = fresh;
  p->bytes += rounded;
  report(rounded);
  return fresh;
}

static void let_go(tk_program *p) {
  if (atomic_fetch_sub(&p->holders, 1) != 1) return;
  for (int64_t i = 0; i < p->block_count; i++) free(p->blocks[i]);
  report(-p->bytes);
  free(p->blocks);
  free(p->calls);
  free(p->arguments);
  free(p);
}

static void tk_program_give(tk_program *p, int class, header *front, bool reusable) {
  if (reusable) {
    block *item = (block *)front;
    item->next = p->list[class];
    p->list[class] = item;
  }
  let_go(p);
}

tk_program *tk_program_begin(void) {
  tk_program *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->holders = 1;
  recording = p;
  return p;
}

void tk_program_end(void) { recording = NULL; }

void tk_record(tk_kernel kernel, const void *arguments, int64_t bytes) {
  tk_program *p = recording;
  if (!p) return;
  p->calls = grown(p->calls, &p->call_room, p->call_count + 1, sizeof *p->calls);
  p->arguments = grown(p->arguments, &p->argument_room, p->argument_bytes + bytes + 16, 1);
  p->calls[p->call_count++] = (call){kernel, p->argument_bytes};
  memcpy(p->arguments + p->argument_bytes, arguments, (size_t)bytes);
  p->argument_bytes += (bytes + 15) / 16 * 16;
}

bool tk_is_recording(void) { return recording != NULL; }

void tk_program_run(const tk_program *p) {
  for (int64_t i = 0; i < p->call_count; i++) p->calls[i].kernel(p->arguments + p->calls[i].offset);
}

int64_t tk_program_calls(const tk_program *p) { return p->call_count; }
void tk_program_destroy(tk_program *p) { let_go(p); }

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
