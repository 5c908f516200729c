/*
 * process/loop: waits for descriptors and moments, and calls who asked for them.
 *
 * Purpose:   the one place where a tool waits. What it can wait for are descriptors that can be read or
 *            written, and moments. Ends of children (process.fd) and signals (signals.fd) are
 *            descriptors; whatever waits by a way of its own, as libcurl, can wait for the loop's
 *            descriptor beside (loop->wait). A turn costs as much as what is ready in it, however much
 *            is watched: thousands of streams are as good as three.
 * Units:     milliseconds of clock_ms(), or of loop->clock.
 * Ownership: watches and timers are parts of their owner's structs, which stay where they are while
 *            they are asked for; the loop makes no copy and takes no memory. A watch is dropped *before* its
 *            descriptor is closed (loop_shut() does both): a child may still hold a copy, and the
 *            kernel would go on to tell of it.
 * Callbacks: may ask, drop and free whatever they like, themselves too, and open another loop; but not
 *            turn this one. What was dropped is not called, not even in the same turn.
 * Readiness: is told as long as it lasts, so a callback need not read to the end; 16 KiB a call are fair to
 *            the others. Who has no room to take more asks no longer for LOOP_READ, and asks again when
 *            there is (back-pressure); nothing is told of a descriptor that is asked for nothing, its end
 *            neither.
 *            A peer that has closed its side for writing is LOOP_READ and then the end of reading; one that
 *            is gone altogether is LOOP_READ, LOOP_WRITE and LOOP_GONE, whichever are asked for. Descriptors
 *            are best non-blocking: the kernel may change its mind about what it has told.
 * Files:     regular ones are always ready.
 * Errors:    errno's numbers. What cannot be watched ends the loop: every later loop_turn() says why.
 * Does not:  read, write or close what it watches (but loop_shut()), keep anything global, work for two
 *            threads at once.
 */
#ifndef SSM_PROCESS_LOOP_H
#define SSM_PROCESS_LOOP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/queue.h>

#define LOOP_BATCH 64			/* descriptors that are told of in one turn, at most */
#define LOOP_FOREVER UINT_MAX

enum {
	LOOP_READ = 1,			/* a read would return at once */
	LOOP_WRITE = 2,			/* a write of some bytes would */
	LOOP_GONE = 4,			/* nobody is at the other end any more */
};

struct loop_watch {
	int fd;				/* -1: nothing will be told */
	void (*ready)(void *owner, unsigned events);	/* NULL: that the turn is over is enough */
	void *owner;
	unsigned asked;			/* the loop's, as what follows */
	bool always;
	unsigned turn;			/* in which it was told of last, when `always` */
	TAILQ_ENTRY(loop_watch) link;
};

struct loop_timer {
	void (*due)(void *owner);	/* NULL: that the turn is over is enough */
	void *owner;
	uint64_t at;
	struct loop_timers *list;	/* the loop's, as what follows; NULL: not set */
	TAILQ_ENTRY(loop_timer) link;
};

TAILQ_HEAD(loop_watches, loop_watch);
TAILQ_HEAD(loop_timers, loop_timer);

struct loop {
	int fd;				/* readable when a watched descriptor is ready */
	uint64_t (*clock)(void *context);	/* NULL: clock_ms() */
	/* Waits until fd can be read, or for so many milliseconds (-1: for ever); NULL: the loop does. */
	void (*wait)(void *context, int fd, int timeout);
	void *context;			/* of both */
	int error;			/* the loop's own, as what follows */
	struct loop_timers timers, due;
	struct loop_watches always;
	struct loop_watch *next_always;
	unsigned turn;
	struct epoll_event batch[LOOP_BATCH];
	int batch_count;
};

/* loop_close() ends it in any case. */
int loop_open(struct loop *loop) __attribute__((warn_unused_result));
void loop_close(struct loop *loop);

/* From now on these events are asked for; 0 drops the watch. To ask for the same again costs nothing. */
void loop_ask(struct loop *loop, struct loop_watch *watch, unsigned events);

/* Drops the watch and closes its descriptor, if there is one. */
void loop_shut(struct loop *loop, struct loop_watch *watch);

/*
 * Calls at that moment, or as soon as it is past, once. A timer that is set is set anew. One that is due
 * later than all others costs nothing to set; with others behind it, a look at each of them.
 */
void loop_set(struct loop *loop, struct loop_timer *timer, uint64_t at);
void loop_unset(struct loop_timer *timer);

uint64_t loop_now(const struct loop *loop);

/*
 * One turn: waits until something is ready or due, or for `longest`, and makes the calls; those that
 * become due by them are for the next turn. 0, or an errno, which stays in loop->error: no turn will ever do
 * anything then.
 */
int loop_turn(struct loop *loop, unsigned longest);

#endif
