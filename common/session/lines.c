#include "session/state.h"

#include <unistd.h>

#include "core/printable.h"

#define ESCAPED 4			/* as many bytes come of one, at most */

/* What others say of a session has no control over a terminal. */
void
lines_say(struct session *session, enum sessionvoice_event event, struct view detail)
{
	struct bytes clean = BYTES_INIT(SESSIONVOICE_MAX * ESCAPED);
	bool terminal = session->plan->words != NULL && isatty(STDOUT_FILENO);

	if (terminal)
		printable_text(&clean, detail);
	sessionvoice_say(&session->voice, event, terminal ? bytes_view(&clean) : detail, terminal && session->terminal.raw);
	bytes_clear(&clean);
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
