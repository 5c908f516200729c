/*
 * session/state: what the parts of a session at work know of each other; for session, flow, forwarding, lines, verdict,
 * lifecycle, outage and commands alone.
 */
#ifndef SSM_SESSION_STATE_H
#define SSM_SESSION_STATE_H

#include "console/eot.h"
#include "console/input.h"
#include "console/output.h"
#include "console/statusline.h"
#include "process/network.h"
#include "process/signals.h"
#include "ports/forward.h"
#include "process/wakeup.h"
#include "session/connection/address.h"
#include "session/contest.h"
#include "session/datakey.h"
#include "session/events.h"
#include "session/link.h"
#include "session/plan.h"
#include "session/recovery.h"
#include "session/voice.h"

enum session_phase {
	SESSION_DIALS,			/* for the first time, or with a new token */
	SESSION_OPEN,
	SESSION_LOST,			/* a new token is asked for */
	SESSION_ENDS,			/* the service is told that it is to be over */
	SESSION_DRAINS,			/* it is over; what was printed goes to its reader */
	SESSION_DONE,
};

/* What a person sees of a session whose connection is lost, or whose node has said nothing yet. */
struct sessionoutage {
	struct consolestatusline line;
	uint64_t begun;			/* when the session did; 0: the node has said something since */
	uint64_t since;			/* when it was lost; 0: it is not */
	uint64_t next;			/* when the line is to be looked at again */
	uint64_t kept, dropped;		/* of what was typed, before */
	uint64_t counted;		/* what was kept when the line was written */
	bool drawn;			/* the line has been on the screen */
	bool told_full;
	uint64_t repainted, latest;	/* the size is to be the true one again then; 0: it is */
	struct ssm_error trouble;	/* why it was not resumed yet */
};

#define SESSIONOUTAGE_INIT { .trouble = SSM_ERROR_INIT }

#define SESSION_NO_EXIT_CODE (-2)

struct session {
	const struct session_plan *plan;
	struct session_end *end;
	enum session_phase phase;
	struct loop loop;
	struct loop_timer moment;	/* something is to be done then, though nothing happens */
	struct signals signals;
	sigset_t mask;			/* of children: none of those signals are held */
	struct loop_watch signalled;
	struct digest *digest;
	struct channel *channel;
	struct sessionaddress addresses[2];	/* of the last two StreamUrls: the link may use both */
	struct sessionaddress *address;	/* of the last; NULL: there was none */
	struct sessionlink link;
	struct network network;
	struct wakeup wakeup;
	struct consoleinput input;
	struct consoleoutput output;
	struct consoleeot eot;
	struct sessionvoice voice;
	struct sessionevents events;
	struct consoleterminal terminal;
	struct consolenotice notice;
	struct bytes held;		/* of its lines: who reads them has stopped */
	struct sessionask_how how;
	struct sessionrecovery recovery;
	struct sessionoutage outage;
	struct sessioncontest contest;
	struct sessionask farewell;	/* TerminateSession */
	struct sessiondatakey data_key;
	bool encrypted;			/* with a data key, or it would be */
	struct bytes id, region;	/* as the service is asked for it, and where */
	bool opened;			/* it has been, once */
	bool ready;
	bool no_shell;			/* the options are those of a command or a port */
	bool adopted;			/* it was another process's */
	enum channel_session kind;
	const struct portproperties *port;	/* of a port; the channel's */
	bool basic;			/* its connections come one after the other */
	struct portsforward *forward;	/* NULL: bytes are those of standard input and output */
	struct portslisten listen;	/* where the session's properties, and no option, say */
	bool error_output;		/* the node tells it apart: there will be an exit code */
	int exit_code;			/* the node's, or SESSION_NO_EXIT_CODE */
	unsigned losses;
	uint64_t back;			/* when the connection came back last; 0: it never had to */
	uint64_t shown;			/* when output came last */
	uint64_t quiet;			/* since when neither side has said anything */
	uint64_t looked;		/* for a reader of output, when nothing was to be written */
	uint64_t input_over;		/* when its end was met; 0: it was not */
	struct ssm_error loss;		/* why the connection was lost last */
	struct ssm_error err;		/* why the session ends, when that is a failure */
	bool lost;			/* it was, by `loss`, and nothing has been done about it */
	bool drained;			/* nothing that came waits to be taken */
	bool port_full;			/* local connections take no more of it now */
	bool provisional;		/* it ends for want of a connection, unless its end has come over the last one */
	uint64_t drain_until;		/* no reader is waited for any longer */
	bool left;			/* for the service to end as idle */
	const char *reason;		/* of the end, in a word, for events */
};

/* lifecycle: connections and the end. What is called from the loop only notes what is to be done in lifecycle_poll(). */
enum ssm_err lifecycle_connect(struct session *session);
void lifecycle_poll(struct session *session);
void lifecycle_opened(void *owner);
void lifecycle_lost(void *owner, const struct ssm_error *why);

/* This machine has slept, or its network has changed. */
void lifecycle_changed(void *owner);

/* The session is over, and nobody has to be told: code, or the class of session->err. */
void lifecycle_over(struct session *session, const char *reason, int code);

/* The same, unless the node's own end is among what came before. */
void lifecycle_over_unless_told(struct session *session, const char *reason, int code);

/* It is left as it is, for the service to end as idle. */
void lifecycle_leave(struct session *session, const char *reason, int code);

/* The service is told to end it; if that is under way already, nobody waits for it any longer. */
void lifecycle_terminate(struct session *session, const char *reason, int code);

/*
 * outage: at a terminal a line at its bottom, once the connection is lost for longer than a blink: since when, why it is
 * not resumed yet, how to leave. What is typed is kept for the node, and the user told when there is no room for more.
 * When the connection is back the line is taken away, and the program on the node made to paint its screen anew, by a
 * size that is another for a moment: of one that is the same most take no notice. Losses are told in lines by
 * consolenotice_connection() where there is no such line.
 *
 * The same line tells of a session that has begun, and of which nothing has come for longer than is usual.
 */
void outage_start(struct session *session);

/* The node has said something, which may be printed. */
void outage_heard(struct session *session);

void outage_begin(struct session *session);

/* What is on the screen is not what the node has drawn: it is made to do so anew. */
void outage_repaint(struct session *session);

/* The connection is back: the node is told the terminal's size. */
void outage_over(struct session *session);

/* It could not be resumed yet, and this is why. */
void outage_trouble(struct session *session, const struct ssm_error *why);

/* In every turn of the loop; the next is to be at outage_moment(). UINT64_MAX: whenever. */
void outage_tick(struct session *session, uint64_t now);
uint64_t outage_moment(const struct session *session);

/* flow: bytes and events. */
void flow(struct session *session);

/*
 * lines: what the program says on standard output between the node's bytes, where it says anything. It is written behind all
 * that was taken for standard output before.
 */
void lines_say(struct session *session, enum sessionvoice_event event, struct view detail);

/* What waits goes to the output; false when it has to wait for the reader of what came before. */
bool lines_write(struct session *session);

/* At the end of all: why there was no session, and what waits, as far as its reader takes it now. */
void lines_last(struct session *session);

/* commands: what a person or the system wants of the session. */
void commands_escape(void *owner, enum consoleescape_command command);
void commands_signal(void *owner, unsigned events);
void commands_size(struct session *session, bool again);

/* How the escape character looks when it is typed: ^X for a control character. */
#define COMMANDS_ESCAPE_TEXT 3
void commands_escape_text(int character, char text[COMMANDS_ESCAPE_TEXT]);

#endif
