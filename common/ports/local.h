/*
 * ports/local: a local connection: its descriptor, in the loop.
 *
 * Purpose:   reads and writes without waiting, and asks the loop for what its owner wants of it.
 * Units:     milliseconds.
 * Patience:  once its owner says so, a reader that takes nothing for PORTSLOCAL_PATIENCE is stuck; each byte that it takes
 *            begins it anew. What the kernel keeps for it counts: of TCP it may be megabytes, room for more among which
 *            is told seldom.
 * Ownership: portslocal_close() closes the descriptor and frees it, also from within its own call.
 * Errors:    a connection that fails is `broken`: nothing comes of it any more, and what is written is gone.
 */
#ifndef SSM_PORTS_LOCAL_H
#define SSM_PORTS_LOCAL_H

#include <sys/types.h>

#include "core/bytes.h"
#include "ports/way.h"
#include "process/loop.h"

#define PORTSLOCAL_AT_ONCE 16384	/* bytes: fair to the others */
#define PORTSLOCAL_PATIENCE 10000

struct portslocal {
	struct loop *loop;
	struct loop_watch watch;
	struct loop_timer timer;	/* its owner's, as what follows */
	uint64_t heard;			/* when something last came of either side */
	uint32_t stream;
	bool hungry;			/* it waits for room on the way to the node */
	bool doomed;			/* its peer on the node is gone, and it has got everything */
	TAILQ_ENTRY(portslocal) link, queue;
	bool over;			/* the end of what it says was met */
	struct portsway_mark end;	/* of what it said, when that is over; its owner's */
	bool blocked;			/* it takes nothing now */
	bool broken;
	bool tcp;
	int unread;			/* bytes in the kernel when that was looked at last */
	uint64_t taken;			/* when its reader was found to have taken some, or patience began */
	void (*ready)(void *owner, struct portslocal *local, unsigned events);
	void *owner;
};

TAILQ_HEAD(portslocals, portslocal);

/* NULL without memory; the descriptor is closed then. */
struct portslocal *portslocal_open(struct loop *loop, int fd,
    void (*ready)(void *owner, struct portslocal *local, unsigned events), void *owner)
    __attribute__((warn_unused_result));

/* Whether it is to be read; that it can be written to is told when it was blocked. */
void portslocal_ask(struct portslocal *local, bool read);

/* How many bytes came; 0 for none now, the end, or a failure. */
size_t portslocal_read(struct portslocal *local, char *to, size_t most);

/* How many of them it took; all, where it is broken. */
size_t portslocal_write(struct portslocal *local, struct view bytes);

/* Whether closing it takes nothing from its reader: of TCP all has arrived, of UNIX it is there when it is written. */
bool portslocal_has_delivered(const struct portslocal *local);

/* Patience begins; and whether it is at its end, which is to be asked several times a second. */
void portslocal_be_patient(struct portslocal *local);
bool portslocal_is_stuck(struct portslocal *local);

/* It is told that nothing more comes; it may still speak. */
void portslocal_end(struct portslocal *local);

void portslocal_close(struct portslocal *local);

/*
 * The same, but it is told that what it has got is not all: by a reset of TCP. A socket of UNIX knows no such thing, and
 * sees an end as any other.
 */
void portslocal_abort(struct portslocal *local);

#endif
