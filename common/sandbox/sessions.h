/*
 * sandbox/sessions: the table of sessions that the sandbox answers from.
 *
 * Purpose:   which sessions there are and how each behaves. A row's id may end in '*' and then stands
 *            for every id that begins so and has no row of its own.
 * Ownership: a row pointer lives until the next sandbox_sessions_start() or _clear().
 * Limits:    rows of a file: one JSON object's members (256); started sessions: the newest
 *            SANDBOX_STARTED_MAX, an older one is forgotten.
 * Errors:    SSM_E_CONFIG for a file that cannot be read, SSM_E_INPUT for one that cannot be right.
 */
#ifndef SSM_SANDBOX_SESSIONS_H
#define SSM_SANDBOX_SESSIONS_H

#include <time.h>

#include "core/err.h"

#define SANDBOX_STARTED_MAX 4000
#define SANDBOX_FILE_MAX (1024 * 1024)
#define SANDBOX_DELAY_MAX 600000
#define SESSION_ID_MAX 96
#define TARGET_MAX 400
#define DOCUMENT_NAME_MAX 128
#define REASON_MAX (4 * 256)		/* bytes of 256 characters */

/* What a session does when it is resumed; the names in files are those of sandbox_state_name(). */
enum sandbox_state { SANDBOX_DISCONNECTED, SANDBOX_CONNECTED, SANDBOX_TERMINATED, SANDBOX_ENDED,
	SANDBOX_THROTTLED, SANDBOX_BROKEN, SANDBOX_SLOW, SANDBOX_CUT, SANDBOX_DROPPED,
	SANDBOX_WRONG_SESSION, SANDBOX_WRONG_URL, SANDBOX_HTML, SANDBOX_DENIED, SANDBOX_STATES };

struct sandbox_session {
	char id[SESSION_ID_MAX + 1], target[TARGET_MAX + 1];
	char document[DOCUMENT_NAME_MAX + 1], reason[REASON_MAX + 1];	/* empty: the usual one; none */
	enum sandbox_state state;
	bool pattern;			/* id stands without its '*' */
	unsigned delay_ms;		/* before each answer about it */
	unsigned times, throttled;	/* of THROTTLED: how often in a row, how often so far */
	time_t start, end;		/* end: 0 while it is not terminated */
};

struct sandbox_sessions {
	struct sandbox_session *rows;
	size_t count;			/* given, then started */
	size_t given, room, oldest;	/* oldest: the started row to go next */
};

#define SANDBOX_SESSIONS_INIT { .rows = NULL, .count = 0, .given = 0, .room = 0, .oldest = 0 }

/* The built-in set, or what the file at path says. `now` is when they all started. */
enum ssm_err sandbox_sessions_builtin(struct sandbox_sessions *table, time_t now,
    struct ssm_error *err);
enum ssm_err sandbox_sessions_read(struct sandbox_sessions *table, const char *path, time_t now,
    struct ssm_error *err);

/* The table as a file that sandbox_sessions_read() takes, one session a line. */
void sandbox_sessions_format(struct bytes *out, const struct sandbox_sessions *table);

/* The row of an id, else the first pattern that fits, else NULL. */
struct sandbox_session *sandbox_sessions_find(const struct sandbox_sessions *table, struct view id);

/* Whether a session of the table runs on this target. */
bool sandbox_sessions_has_target(const struct sandbox_sessions *table, struct view target);

/* What a session is started with. Longer texts are cut. */
struct sandbox_start {
	struct view target, document, reason;
};

/* The row that the next session to be started will have: one that is empty, or the oldest one's. */
struct sandbox_session *sandbox_sessions_next(struct sandbox_sessions *table);

/* A new row in state CONNECTED. */
struct sandbox_session *sandbox_sessions_start(struct sandbox_sessions *table, struct view id,
    const struct sandbox_start *start, time_t now);

/* Whether a client is connected to it; nothing changes for sessions that are neither or that a pattern stands for. */
void sandbox_session_connect(struct sandbox_session *session, bool connected);

/* From now on it does not exist; a pattern stays as it is. */
void sandbox_session_terminate(struct sandbox_session *session, time_t now);

const char *sandbox_state_name(enum sandbox_state state);

/* SANDBOX_STATES when there is none of that name. */
enum sandbox_state sandbox_state_from_name(struct view name);

void sandbox_sessions_clear(struct sandbox_sessions *table);

#endif
