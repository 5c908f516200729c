#include "session/state.h"

#include <unistd.h>

void
lines_say(struct session *session, enum sessionvoice_event event, struct view detail)
{
	enum sessionvoice_reader reader = SESSIONVOICE_PROGRAM;

	if (session->plan->words != NULL && isatty(STDOUT_FILENO))
		reader = session->terminal.raw ? SESSIONVOICE_RAW_TERMINAL : SESSIONVOICE_TERMINAL;
	sessionvoice_say(&session->voice, event, detail, reader);
}

bool
lines_write(struct session *session)
{
	struct view text = sessionvoice_waiting(&session->voice);
	size_t len;

	if (text.len == 0)
		return true;
	len = consoleoutput_add(&session->output, CONSOLEOUTPUT_STDOUT, text);
	consolestatusline_printed(&session->outage.line, view_slice(text, 0, len));
	sessionvoice_took(&session->voice, len);
	return len == text.len;
}

void
lines_last(struct session *session)
{
	if (session->output.loop == NULL)
		return;
	if (session->err.rc != SSM_OK && !session->opened)
		lines_say(session, SESSIONVOICE_FAILED, view_of(session->err.message));
	lines_write(session);
	consoleoutput_flush(&session->output);
}
