/*
 * session/plan: what a session is to be run with, and how it ended.
 *
 * Units:     milliseconds.
 * Ownership: everything is borrowed.
 */
#ifndef SSM_SESSION_PLAN_H
#define SSM_SESSION_PLAN_H

#include <stdint.h>

#include "cli/calloptions.h"
#include "ports/listen.h"
#include "session/document.h"
#include "session/settings.h"
#include "session/voice.h"

#define SESSION_NO_LINGER UINT64_MAX

/* What the node's agent is told, and a caller who asks: from this one on agents keep port sessions alive by themselves. */
#define SESSION_CLIENT_VERSION "1.2.835.0"

struct session_plan {
	const struct cli *cli;
	const struct calloptions *options;	/* of the pipeline */
	struct sessiondocument *document;	/* is replaced by those of resumes */
	struct sessionsettings *settings;
	const char *target;		/* what the session is with, as it was started; NULL: not given */
	int input;			/* -1: there is none */
	int escape;			/* a character, or CONSOLEESCAPE_OFF */
	unsigned ping, give_up;		/* give_up 0: never */
	uint64_t linger;		/* SESSION_NO_LINGER: not given */
	bool no_resume;
	bool no_adopt;			/* nobody has been in the session before */
	bool separate_output;		/* of a command: there will be an exit code */
	bool unsigned_first;		/* the first connection is not signed */
	bool drop_in;			/* signals, escapes and the end of input do what they do in the official client */
	const char *listen_host;	/* where a session's properties name a port alone; NULL: localhost */
	sessionvoice_words *words;	/* of what is said on standard output; NULL: nothing is */
	const char *events;		/* a file's name, or NULL */
	struct portslisten *listen;	/* for a forwarded port; NULL, or none in it: where its properties say. Closed at the end */
	const struct ssm_error *refused;	/* why nobody can be in the session, which is only ended; NULL: it can */
	int ready_fd;			/* is told, and closed, when the session is ready; 0: there is none */
};

struct session_end {
	int code;
	int signal;			/* that ended it, or 0 */
	int output_error;		/* standard output was lost: an errno, or 0 */
};

#endif
