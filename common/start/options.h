/*
 * start/options: the command line of ssm-start-session.
 *
 * Purpose:   the options of aws ssm start-session, the AWS CLI's global ones, those of ssm-stream, and a command.
 *            All are checked before anything is asked of the service: a session that was opened for a call that
 *            can't be right would be left behind.
 * Ownership: texts are argv's; startoptions_clear() ends the rest.
 * Errors:    usage errors end the process with 252, as in cli.
 */
#ifndef SSM_START_OPTIONS_H
#define SSM_START_OPTIONS_H

#include "cli/calloptions.h"
#include "resume/errorstyle.h"
#include "ports/listen.h"
#include "start/forward.h"

/* What is for ssm-stream alone, in the order in which it gets them. */
enum streamoption {
	STREAMOPTION_ESCAPE, STREAMOPTION_PING, STREAMOPTION_GIVE_UP_AFTER, STREAMOPTION_LINGER, STREAMOPTION_EVENTS,
	STREAMOPTION_READY_FD, STREAMOPTION_STREAM_ENDPOINT_URL, STREAMOPTION_NO_RESUME, STREAMOPTION_COUNT,
};

struct startoptions {
	const char *target, *document_name, *parameters, *reason, *input_json, *input_yaml;
	const char *skeleton;		/* NULL: none is asked for */
	struct calloptions call;
	const char *stream[STREAMOPTION_COUNT];		/* NULL: not given; "" for a flag */
	bool no_sign_request, show_pipeline;
	bool resume;			/* a session is gone on with: the one of this id, or the newest of one's own */
	const char *resume_id;		/* NULL: the newest, of the target when there is one */
	const char *forwarding;		/* as -L has it, or NULL */
	struct startforward forward;	/* the same */
	const struct portslisten *listening;	/* sockets for it; NULL: none is open, it is only shown */
	enum errorstyle error_style;	/* of a session that is refused */
	struct bytes made;		/* parameters: of a command, or of a port that is forwarded */
	bool separate_output;		/* they ask for its outputs apart */
};

#define STARTOPTIONS_COMMAND_MAX ((size_t)16 * 1024 * 1024)	/* longer than a command line can be */
#define STARTOPTIONS_INIT { .made = BYTES_INIT(STARTOPTIONS_COMMAND_MAX) }

/* What cli_start() takes. */
extern const struct cli_tool startoptions_tool;

void startoptions_read(struct startoptions *given, struct cli *cli);

/* Of one of ssm-stream's own. */
const char *startoptions_stream_name(enum streamoption option);

/*
 * The document's parameters for a port that is forwarded, which is listened on at local_port; 0: at a socket's path.
 * False when memory ended.
 */
bool startoptions_forward(struct startoptions *given, unsigned local_port);

void startoptions_clear(struct startoptions *given);

#endif
