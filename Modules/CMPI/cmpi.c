#include "cmpi.h"

#ifdef CMPI_ENABLED
#if __has_include(<mpi.h>)
#include <mpi.h>
#else
// Debian's libopenmpi-dev and libmpich-dev.
#include <mpi/mpi.h>
#endif
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { message_tag = 1, signal_tag = 2 };

static MPI_Comm ranks;
static int own_rank, rank_count;
static char host[MPI_MAX_PROCESSOR_NAME + 1];
static MPI_Request sending = MPI_REQUEST_NULL, casting = MPI_REQUEST_NULL;
static MPI_Message arrived = MPI_MESSAGE_NULL;
static int arrived_count;

struct buffer {
  char *bytes;
  int64_t size;
};
static struct buffer sent, cast;
// The size of the first part of a broadcast, and the part under way; 0 for none.
static int64_t cast_first = 256;
static int cast_part;

// MPI counts in int.
static int limited(int64_t count) {
  if (count > INT_MAX) {
    fprintf(stderr, "tools: error: a message between ranks has %lld bytes, and MPI carries at most %d; use a smaller model.\n",
            (long long)count, INT_MAX);
    cmpi_abort(2);
  }
  return (int)count;
}

void cmpi_start(void) {
  int provided, length = 0;
  // The main thread alone calls MPI.
  MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  // A communicator of our own: nobody else's messages can be taken for ours.
  MPI_Comm_dup(MPI_COMM_WORLD, &ranks);
  MPI_Comm_rank(ranks, &own_rank);
  MPI_Comm_size(ranks, &rank_count);
  MPI_Get_processor_name(host, &length);
}

int cmpi_rank(void) { return own_rank; }
int cmpi_count(void) { return rank_count; }
const char *cmpi_host(void) { return host; }

static void reserve(struct buffer *buffer, int64_t count) {
  if (buffer->size >= count) return;
  buffer->bytes = realloc(buffer->bytes, (size_t)count);
  buffer->size = count;
  if (buffer->bytes == NULL) {
    fprintf(stderr, "tools: error: there is no memory for a message of %lld bytes between ranks.\n", (long long)count);
    cmpi_abort(2);
  }
}

void cmpi_send(const void *bytes, int64_t count) {
  MPI_Wait(&sending, MPI_STATUS_IGNORE);
  reserve(&sent, count);
  memcpy(sent.bytes, bytes, (size_t)count);
  MPI_Isend(sent.bytes, limited(count), MPI_BYTE, 0, message_tag, ranks, &sending);
}

bool cmpi_arrived(int *rank, int64_t *count) {
  int found = 0;
  MPI_Status status;
  MPI_Improbe(MPI_ANY_SOURCE, message_tag, ranks, &found, &arrived, &status);
  if (!found) return false;
  MPI_Get_count(&status, MPI_BYTE, &arrived_count);
  *rank = status.MPI_SOURCE;
  *count = arrived_count;
  return true;
}

void cmpi_take(void *bytes) { MPI_Mrecv(bytes, arrived_count, MPI_BYTE, &arrived, MPI_STATUS_IGNORE); }

// A broadcast begins with its size. The receivers do not know it: the first part has the size of the largest broadcast so far, and a
// second part follows if that is too small. The broadcasts of a run soon have one size, and one part.
static void start_part(int64_t from, int64_t count) {
  MPI_Ibcast(cast.bytes + from, limited(count), MPI_BYTE, 0, ranks, &casting);
}

static int64_t cast_size(void) {
  int64_t size;
  memcpy(&size, cast.bytes, sizeof size);
  return size;
}

void cmpi_cast(const void *bytes, int64_t count) {
  int64_t whole = count + (int64_t)sizeof count;
  reserve(&cast, whole > cast_first ? whole : cast_first);
  memcpy(cast.bytes, &count, sizeof count);
  memcpy(cast.bytes + sizeof count, bytes, (size_t)count);
  cast_part = 1;
  start_part(0, cast_first);
}

int64_t cmpi_casted(void) {
  if (cast_part == 0) {
    reserve(&cast, cast_first);
    cast_part = 1;
    start_part(0, cast_first);
  }
  int done = 0;
  MPI_Test(&casting, &done, MPI_STATUS_IGNORE);
  if (!done) return -1;
  int64_t whole = cast_size() + (int64_t)sizeof(int64_t);
  if (cast_part == 1 && whole > cast_first) {
    reserve(&cast, whole);
    cast_part = 2;
    start_part(cast_first, whole - cast_first);
    return -1;
  }
  if (whole > cast_first) cast_first = whole;
  cast_part = 0;
  return cast_size();
}

const void *cmpi_cast_bytes(void) { return cast.bytes + sizeof(int64_t); }

void cmpi_raise(int32_t number, int rank) {
  // Four bytes leave at once, whatever the receiver does.
  MPI_Send(&number, 1, MPI_INT32_T, rank, signal_tag, ranks);
}

int32_t cmpi_raised(void) {
  int found = 0;
  int32_t number = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, signal_tag, ranks, &found, &status);
  if (found) MPI_Recv(&number, 1, MPI_INT32_T, status.MPI_SOURCE, signal_tag, ranks, MPI_STATUS_IGNORE);
  return number;
}

void cmpi_finish(void) {
  MPI_Wait(&sending, MPI_STATUS_IGNORE);
  MPI_Barrier(ranks);
  // Signals that nobody has read yet.
  while (cmpi_raised() != 0) {}
  MPI_Comm_free(&ranks);
  MPI_Finalize();
}

void cmpi_abort(int status) {
  MPI_Abort(MPI_COMM_WORLD, status);
  _Exit(status);
}
#endif
