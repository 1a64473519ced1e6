// The calls of MPI that ranks need. MPI's constants are macros, which Swift cannot read.
//
// All calls come from one thread. The buffers are here, because they must stay in place while MPI uses them. MPI's own error handler ends all processes with a message, so no call returns an error. Rank 0 receives
// one message at a time; every other rank sends one at a time.
#ifndef CMPI_H
#define CMPI_H
#include <stdbool.h>
#include <stdint.h>

/// Connects this process with the others that the launcher started.
void cmpi_start(void);
int cmpi_rank(void);
int cmpi_count(void);
/// The name of this machine, as MPI knows it; the text stays valid.
const char *_Nonnull cmpi_host(void);

/// Starts to send a copy of bytes to rank 0, after the previous ones have left.
void cmpi_send(const void *_Nonnull bytes, int64_t count);
/// True if a message has arrived at rank 0; cmpi_take() must follow.
bool cmpi_arrived(int *_Nonnull rank, int64_t *_Nonnull count);
/// Copies the message of cmpi_arrived().
void cmpi_take(void *_Nonnull bytes);

/// Starts to send a copy of bytes from rank 0 to all others; cmpi_casted() must return a count before the next one.
void cmpi_cast(const void *_Nonnull bytes, int64_t count);
/// The number of bytes of the broadcast; -1 while it is under way. Ranks other than 0 start to receive by calling it.
int64_t cmpi_casted(void);
/// The bytes of the broadcast, until the next one.
const void *_Nonnull cmpi_cast_bytes(void);

/// Tells a rank a number, beside the messages.
void cmpi_raise(int32_t number, int rank);
/// A number that another rank has told; 0 if there is none.
int32_t cmpi_raised(void);

/// Ends the connection after all ranks have called it.
void cmpi_finish(void);
/// Ends the processes of all ranks.
void cmpi_abort(int status);
#endif
