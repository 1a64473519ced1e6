// Recorded programs: lists of kernel calls that can run again.
//
// A program owns every block that is allocated for results during its recording. Later calls of the recording reuse a block that was
// released before. The calls keep these addresses, so every run follows the memory plan of the recording.
#include "memory.h"
#include "profile.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local tk_program *recording;
tk_program *tk_recorded_program(void) { return recording; }

typedef struct call { tk_kernel kernel; int64_t offset; tk_pass pass; } call;
struct tk_program {
  block *list[CLASSES];
  void **blocks;
  call *calls;
  char *arguments;
  int64_t block_count, block_room, call_count, call_room, argument_bytes, argument_room, bytes;
  _Atomic int64_t holders;  // references: the program's user, and every block that a tensor holds
  void *reader;             // returned by tk_reader; keeps blocks alive that the program uses but does not own
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

void *tk_program_take(tk_program *p, int class, int64_t rounded) {
  atomic_fetch_add(&p->holders, 1);
  block *item = p->list[class];
  if (item) {
    p->list[class] = item->next;
    return item;
  }
  p->blocks = grown(p->blocks, &p->block_room, p->block_count + 1, sizeof *p->blocks);
  void *fresh = tk_fresh_block(rounded);
  p->blocks[p->block_count++] = fresh;
  p->bytes += rounded;
  tk_report_bytes(rounded);
  return fresh;
}

static void let_go(tk_program *p) {
  if (atomic_fetch_sub(&p->holders, 1) != 1) return;
  for (int64_t i = 0; i < p->block_count; i++) free(p->blocks[i]);
  tk_report_bytes(-p->bytes);
  tk_report_reserved(-p->bytes);
  free(p->blocks);
  free(p->calls);
  free(p->arguments);
  free(p);
}

void tk_program_give(tk_program *p, int class, header *front) {
  if (p == recording) {
    block *item = (block *)front;
    item->next = p->list[class];
    p->list[class] = item;
  }
  let_go(p);
}

tk_program *tk_program_begin(void *reader) {
  tk_program *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->holders = 1;
  p->reader = reader;
  recording = p;
  return p;
}

void tk_program_end(void) { recording = NULL; }

void tk_record(tk_kernel kernel, const void *arguments, int64_t bytes) {
  tk_program *p = recording;
  if (!p) return;
  p->calls = grown(p->calls, &p->call_room, p->call_count + 1, sizeof *p->calls);
  p->arguments = grown(p->arguments, &p->argument_room, p->argument_bytes + bytes + 16, 1);
  p->calls[p->call_count++] = (call){kernel, p->argument_bytes, tk_present_pass()};
  memcpy(p->arguments + p->argument_bytes, arguments, (size_t)bytes);
  p->argument_bytes += (bytes + 15) / 16 * 16;
}

bool tk_is_recording(void) { return recording != NULL; }

void *tk_reader(void) { return recording ? recording->reader : NULL; }
void *tk_reader_of(const void *block) {
  const header *front = (const header *)((const char *)block - sizeof(header));
  return recording && front->owner != recording ? recording->reader : NULL;
}

// The convolution and its two gradients have a row each.
static const struct { tk_kernel kernel; const char *name; } kernels[] = {
  {NULL, "outside of kernels"}, {tk_run_unary, "element-wise, one operand"}, {tk_run_binary, "element-wise, two operands"},
  {tk_run_fill, "fill"}, {tk_run_reduce, "reduction"}, {tk_run_product, "matrix product"}, {tk_run_copy, "copy"},
  {tk_run_one_hot, "one-hot"}, {tk_run_convolution, "convolution"}, {NULL, "convolution, input gradient"},
  {NULL, "convolution, filter gradient"}, {tk_run_pool, "max pooling"}, {tk_run_position, "pooling positions"},
  {tk_run_normalisation, "batch norm"}, {tk_run_adam, "Adam"}, {tk_run_accumulate, "accumulation"},
  {tk_run_solve, "linear system"},
};
enum { KERNEL_COUNT = sizeof kernels / sizeof kernels[0] };
_Static_assert(KERNEL_COUNT <= TK_KERNELS, "a profile has a row for every kernel");

const char *tk_kernel_name(int kernel) { return kernel >= 0 && kernel < KERNEL_COUNT ? kernels[kernel].name : NULL; }

static int kernel_index(tk_kernel kernel, const void *arguments) {
  if (kernel == tk_run_convolution) return 8 + (int)((const tk_convolution_args *)arguments)->op;
  for (int i = 1; i < KERNEL_COUNT; i++)
    if (kernels[i].kernel == kernel) return i;
  return 0;
}

static _Thread_local struct { int thread, threads; } part = {0, 1};

static void run_call(const tk_program *p, const call *c, bool profiling) {
  const void *arguments = p->arguments + c->offset;
  if (!profiling) {
    c->kernel(arguments);
    return;
  }
  const int64_t operations = tk_thread_operations(), start = tk_nanoseconds();
  c->kernel(arguments);
  tk_profile_add(c->pass, kernel_index(c->kernel, arguments), tk_nanoseconds() - start, part.thread == 0,
                 tk_thread_operations() - operations);
}

void tk_program_run(const tk_program *p) {
  const bool profiling = tk_is_profiling();
  for (int64_t i = 0; i < p->call_count; i++) run_call(p, &p->calls[i], profiling);
}

// ---- Together ----
// The threads wait for each other before and after each shared call. The first thread alone runs the calls between shared ones.

struct tk_team {
  int threads;
  _Atomic int arrived;
  _Atomic int64_t phase;
  // The call that the leader shares; a null kernel dismisses the team.
  tk_kernel kernel;
  const void *arguments;
};
// The team that this thread leads, outside of recorded programs.
static _Thread_local tk_team *led;

tk_team *tk_team_create(int threads) {
  tk_team *team = calloc(1, sizeof *team);
  if (team) team->threads = threads;
  return team;
}

void tk_team_destroy(tk_team *team) { free(team); }

static bool is_shared(tk_kernel kernel) {
  return kernel == tk_run_convolution || kernel == tk_run_normalisation || kernel == tk_run_pool || kernel == tk_run_position;
}

static void wait_for_all(tk_team *team) {
  const int64_t phase = atomic_load(&team->phase);
  if (atomic_fetch_add(&team->arrived, 1) == team->threads - 1) {
    atomic_store(&team->arrived, 0);
    atomic_store(&team->phase, phase + 1);
    return;
  }
  for (int spin = 0; atomic_load(&team->phase) == phase; spin++)
    if (spin % 4096 == 4095) sched_yield();  // yield, as there may be fewer cores than threads
}

void tk_program_run_together(const tk_program *p, tk_team *team, int thread) {
  const bool profiling = tk_is_profiling();
  part.thread = thread;
  part.threads = team->threads;
  bool after_shared = false;
  for (int64_t i = 0; i < p->call_count; i++) {
    const bool shared = is_shared(p->calls[i].kernel);
    if (shared || after_shared) wait_for_all(team);
    // In a call that is not shared, the first thread does all of the work.
    part.threads = shared ? team->threads : 1;
    if (shared || thread == 0) run_call(p, &p->calls[i], profiling);
    after_shared = shared;
  }
  part.thread = 0;
  part.threads = 1;
}

// The leader computes as usual and shares the large kernels; the other threads wait for them. The first barrier orders the leader's
// writes before the other threads' reads, the second one orders their writes before the leader's next step.
void tk_team_lead(tk_team *team) { led = team; }

void tk_team_dismiss(tk_team *team) {
  led = NULL;
  team->kernel = NULL;
  wait_for_all(team);
}

void tk_team_follow(tk_team *team, int thread) {
  for (;;) {
    wait_for_all(team);
    const tk_kernel kernel = team->kernel;
    if (!kernel) return;
    part.thread = thread;
    part.threads = team->threads;
    kernel(team->arguments);
    part.thread = 0;
    part.threads = 1;
    wait_for_all(team);
  }
}

bool tk_hand_out(tk_kernel kernel, const void *arguments) {
  tk_team *team = led;
  if (!team || recording) return false;
  team->kernel = kernel;
  team->arguments = arguments;
  wait_for_all(team);
  led = NULL;  // the call below is this thread's part of the work
  part.threads = team->threads;
  kernel(arguments);
  part.threads = 1;
  led = team;
  wait_for_all(team);
  return true;
}

bool tk_is_first(void) { return part.thread == 0; }

void tk_share(int64_t count, int64_t *begin, int64_t *end) {
  *begin = count * part.thread / part.threads;
  *end = count * (part.thread + 1) / part.threads;
}

int64_t tk_program_calls(const tk_program *p) { return p->call_count; }
void tk_program_destroy(tk_program *p) { let_go(p); }
