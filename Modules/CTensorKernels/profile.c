// Counters of each thread in a slot of its own: nobody waits for anybody, and a reader adds them up.
#include "profile.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SLOTS = 256 };

typedef struct slot {
  _Alignas(64) _Atomic int64_t operations;
  tk_profile_entry table[TK_PASSES][TK_KERNELS];
} slot;

static slot slots[SLOTS];
static _Atomic int taken;
static _Atomic bool profiling;
static _Thread_local int own = -1;
static _Thread_local tk_pass pass;

// Threads beyond the last slot share it: counts may then be lost, results never change.
static slot *mine(void) {
  if (own < 0) {
    int next = atomic_fetch_add(&taken, 1);
    own = next < SLOTS ? next : SLOTS - 1;
  }
  return &slots[own];
}

void tk_set_pass(tk_pass next) { pass = next; }
tk_pass tk_present_pass(void) { return pass; }
void tk_set_profiling(bool on) { atomic_store(&profiling, on); }
bool tk_is_profiling(void) { return atomic_load_explicit(&profiling, memory_order_relaxed); }

void tk_profile_add(tk_pass where, int kernel, int64_t nanoseconds, int64_t operations) {
  tk_profile_entry *entry = &mine()->table[where][kernel];
  entry->nanoseconds += nanoseconds;
  entry->operations += operations;
  entry->calls++;
}

void tk_profile_reset(void) {
  for (int i = 0; i < SLOTS; i++) memset(slots[i].table, 0, sizeof slots[i].table);
}

tk_profile_entry tk_profile_read(tk_pass where, int kernel) {
  tk_profile_entry sum = {0, 0, 0};
  for (int i = 0; i < SLOTS; i++) {
    sum.nanoseconds += slots[i].table[where][kernel].nanoseconds;
    sum.calls += slots[i].table[where][kernel].calls;
    sum.operations += slots[i].table[where][kernel].operations;
  }
  return sum;
}

void tk_count_operations(int64_t operations) {
  slot *s = mine();
  atomic_store_explicit(
      &s->operations, atomic_load_explicit(&s->operations, memory_order_relaxed) + operations, memory_order_relaxed);
}

int64_t tk_thread_operations(void) { return atomic_load_explicit(&mine()->operations, memory_order_relaxed); }

int64_t tk_product_operations(void) {
  int64_t sum = 0;
  for (int i = 0; i < SLOTS; i++) sum += atomic_load_explicit(&slots[i].operations, memory_order_relaxed);
  return sum;
}

int64_t tk_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
