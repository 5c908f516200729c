/*
 * sandbox/fault/line: messages on their way over a slow line.
 *
 * Purpose:   keeps messages of one way, in order, until each is due: as late as its rule says, and behind those before it,
 *            which take their time if the line carries only so many bytes a second.
 * Units:     milliseconds of a clock that does not go back.
 * Ownership: a line owns copies; fault_line_clear() ends them.
 * Limits:    one that is full should be given no more: a second's worth waits, or FAULT_LINE_MAX bytes do.
 */
#ifndef SSM_SANDBOX_FAULT_LINE_H
#define SSM_SANDBOX_FAULT_LINE_H

#include "sandbox/fault/faults.h"

#define FAULT_LINE_MAX 65536

struct fault_parcel;

struct fault_line {
	struct fault_parcel *first, *last;
	size_t bytes;
	uint64_t free_at;		/* when it has carried all that it was given */
};

/* A message that a verdict delays, or that follows one. False: no memory. */
bool fault_line_add(struct fault_line *line, struct view message, const struct fault_verdict *verdict, uint64_t now)
    __attribute__((warn_unused_result));

/* The message that is due, until fault_line_drop(). False: none is. */
bool fault_line_next(const struct fault_line *line, uint64_t now, struct view *message);

/* Drops the first message, which there is. */
void fault_line_drop(struct fault_line *line);

/* When the next message is due, or a full line has room again: FAULT_NEVER for an empty one. */
uint64_t fault_line_deadline(const struct fault_line *line, uint64_t now);

bool fault_line_is_empty(const struct fault_line *line);
bool fault_line_is_full(const struct fault_line *line, uint64_t now);

void fault_line_clear(struct fault_line *line);

#endif
