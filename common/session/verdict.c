#include "session/verdict.h"

#define EXIT_CODE_MAX 255
#define REPEATED 3000			/* an agent that has something to repeat does so at least once in this time */

/*
 * The agent repeats what was lost with a connection, one message after the other; two seconds after its program's end the
 * rest is lost, with no gap to show it. Output that was made since tells that nothing is missing, and so does an exit
 * code, or that nothing was repeated for a while.
 */
static int
judge_doubt(struct session *session, const struct channel_event *event)
{
	uint64_t latest = session->shown > session->back ? session->shown : session->back;

	if (session->back == 0 || !event->doubtful || session->exit_code != SESSION_NO_EXIT_CODE ||
	    loop_now(&session->loop) - latest > REPEATED)
		return 0;
	return ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "OutputIncomplete",
	    "the connection was lost shortly before the end: output may be incomplete"));
}

/* A command that tells its output apart ends with its exit code; without it nobody knows how it ended, nor where. */
static bool
lacks_exit_code(const struct session *session)
{
	return session->kind == CHANNEL_COMMAND && session->exit_code == SESSION_NO_EXIT_CODE &&
	    (session->error_output || session->plan->separate_output);
}

/* An agent's errors have a line in front that says so and no more. */
static struct view
without_heading(struct view text)
{
	const struct view heading = VIEW("----------ERROR-------");

	text = view_trim(text);
	return view_starts(text, heading) ? view_trim(view_slice(text, heading.len, text.len)) : text;
}

int
verdict(struct session *session, const struct channel_event *event)
{
	struct view text = without_heading(event->text);

	if (session->exit_code == -1)
		return ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "ExitCodeError",
		    "the command's exit code cannot be read"));
	if (session->exit_code > EXIT_CODE_MAX)
		return ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "ExitCodeError",
		    "the command's exit code, %d, is more than %d", session->exit_code, EXIT_CODE_MAX));
	if (session->exit_code > 0)
		return session->exit_code;
	if (event->incomplete)
		return ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "OutputIncomplete",
		    "the session has ended, and its output is incomplete"));
	if (text.len > 0)
		return ssm_exit_code(ssm_fail(&session->err, SSM_E_NO, "SessionEnded", "%.*s",
		    VIEW_ARG_CUT(text, SSM_MESSAGE_MAX / 2)));
	if (lacks_exit_code(session))
		return ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "OutputIncomplete",
		    "the session has ended without the command's exit code"));
	return judge_doubt(session, event);
}
