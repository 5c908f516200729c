/*
 * session/events: what becomes of a session, as documents for a program that watches it.
 *
 * Purpose:   ssm-stream --events: one JSON object a line, {"Event","Time","SessionId",...}, written as it happens.
 *            A reader who is slow gets them later; the session does not wait for him.
 * Units:     times are UTC with milliseconds.
 * Ownership: the file is closed by sessionevents_close().
 * Errors:    what cannot be written is remembered: sessionevents_close() then returns an errno.
 */
#ifndef SSM_SESSION_EVENTS_H
#define SSM_SESSION_EVENTS_H

#include "cli/output.h"
#include "core/err.h"
#include "process/loop.h"
#include "stream/channel.h"

struct sessionevents {
	struct output out;		/* fd -1: nobody wants them */
	struct loop *loop;
	struct loop_watch room;
	struct view session_id;
	struct bytes text;
};

#define SESSIONEVENTS_INIT { .out = { .fd = -1 }, .room = { .fd = -1 }, .text = BYTES_INIT(64 * 1024) }

/* Opens the file, which is appended to; path NULL: there are none. The id is borrowed. */
enum ssm_err sessionevents_open(struct sessionevents *events, struct loop *loop, const char *path,
    struct view session_id, struct ssm_error *err);

/* A further member of the event that is being written; text VIEW_NONE is none. */
void sessionevents_begin(struct sessionevents *events, const char *name);
void sessionevents_text(struct sessionevents *events, const char *member, struct view text);
void sessionevents_number(struct sessionevents *events, const char *member, long long number);
void sessionevents_counters(struct sessionevents *events, const struct channel_counters *counters);
void sessionevents_end(struct sessionevents *events);

/* Writes what is left, and waits for a reader no longer than `patience` milliseconds. 0, or why something is lost. */
int sessionevents_close(struct sessionevents *events, unsigned patience);

#endif
