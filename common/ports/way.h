/*
 * ports/way: how far what local connections say has come on its way to the node.
 *
 * Purpose:   bytes wait to go out, then they are in messages, which the node acknowledges one by one. The way knows how far
 *            that is for all of them; a mark is put behind the last byte of one of them, and is at the node when all
 *            before it is.
 * Units:     bytes, messages, and milliseconds of any clock that does not go back.
 * Does not:  look at a clock; know when the mark arrived, but when that was first asked.
 */
#ifndef SSM_PORTS_WAY_H
#define SSM_PORTS_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct portsway {
	uint64_t out;			/* bytes that are in messages, ever */
	uint64_t next;			/* the number behind all messages that there are, and the one in the making */
	uint64_t missing;		/* the lowest one that the node has not acknowledged; next: it has all */
	uint64_t since;			/* when the connection to it stands; UINT64_MAX: it does not */
};

#define PORTSWAY_INIT { .since = UINT64_MAX }

struct portsway_mark {
	enum { PORTSWAY_WAITS, PORTSWAY_SENT, PORTSWAY_ARRIVED } state;
	uint64_t at;			/* bytes ever, messages ever, moment */
};

/* Behind all that is out, and so many bytes that wait. */
struct portsway_mark portsway_mark(const struct portsway *way, size_t waiting);

/* Whether all before it is at the node; mark->at is then when that was first seen. */
bool portsway_has_arrived(const struct portsway *way, struct portsway_mark *mark, uint64_t now);

/* Since when there is silence, if neither side has said anything since `heard`; UINT64_MAX: there is none. */
uint64_t portsway_quiet(const struct portsway *way, struct portsway_mark *mark, uint64_t heard, uint64_t now);

#endif
