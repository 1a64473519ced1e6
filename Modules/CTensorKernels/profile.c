// Each thread counts in its own slot, without waiting for other threads, and a reader adds the slots up. When a thread ends, another
// one can take over its slot; the counts stay.
#include "profile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SLOTS = 256 };

typedef struct entry { _Atomic int64_t nanoseconds, calls, operations; } entry;
typedef struct slot {
  _Alignas(64) _Atomic bool taken;
  _Atomic int64_t operations;
  entry table[TK_PASSES][TK_KERNELS];
} slot;

static slot slots[SLOTS];
static _Atomic bool profiling;
static _Thread_local slot *own;
static _Thread_local tk_pass pass;
static pthread_key_t exit_key;
static pthread_once_t exit_once = PTHREAD_ONCE_INIT;

static void release_slot(void *mine) { atomic_store(&((slot *)mine)->taken, false); }
static void make_key(void) { pthread_key_create(&exit_key, release_slot); }

// If more threads run at a time than there are slots, they share the last slot; counts may then be lost, but results never change.
static slot *mine(void) {
  if (own) return own;
  for (int i = 0; i < SLOTS && !own; i++) {
    bool free = false;
    if (atomic_compare_exchange_strong(&slots[i].taken, &free, true)) own = &slots[i];
  }
  if (!own) return own = &slots[SLOTS - 1];
  pthread_once(&exit_once, make_key);
  pthread_setspecific(exit_key, own);
  return own;
}

// A slot has one writer, so adding needs no atomic read-modify-write instruction.
static void add(_Atomic int64_t *counter, int64_t amount) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount, memory_order_relaxed);
}
static int64_t value(_Atomic int64_t *counter) { return atomic_load_explicit(counter, memory_order_relaxed); }

void tk_set_pass(tk_pass next) { pass = next; }
tk_pass tk_present_pass(void) { return pass; }
void tk_set_profiling(bool on) { atomic_store(&profiling, on); }
bool tk_is_profiling(void) { return atomic_load_explicit(&profiling, memory_order_relaxed); }

void tk_profile_add(tk_pass where, int kernel, int64_t nanoseconds, int64_t calls, int64_t operations) {
  entry *row = &mine()->table[where][kernel];
  add(&row->nanoseconds, nanoseconds);
  add(&row->operations, operations);
  add(&row->calls, calls);
}

void tk_profile_reset(void) {
  for (int i = 0; i < SLOTS; i++)
    for (int p = 0; p < TK_PASSES; p++)
      for (int k = 0; k < TK_KERNELS; k++) {
        entry *row = &slots[i].table[p][k];
        add(&row->nanoseconds, -value(&row->nanoseconds));
        add(&row->operations, -value(&row->operations));
        add(&row->calls, -value(&row->calls));
      }
}

tk_profile_entry tk_profile_read(tk_pass where, int kernel) {
  tk_profile_entry sum = {0, 0, 0};
  for (int i = 0; i < SLOTS; i++) {
    entry *row = &slots[i].table[where][kernel];
    sum.nanoseconds += value(&row->nanoseconds);
    sum.calls += value(&row->calls);
    sum.operations += value(&row->operations);
  }
  return sum;
}

void tk_count_operations(int64_t operations) { add(&mine()->operations, operations); }

int64_t tk_thread_operations(void) { return value(&mine()->operations); }

int64_t tk_product_operations(void) {
  int64_t sum = 0;
  for (int i = 0; i < SLOTS; i++) sum += value(&slots[i].operations);
  return sum;
}

int64_t tk_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
