#include "session/voice.h"

#include "core/printable.h"

#define ESCAPED 4			/* as many bytes come of one, at most */

void
sessionvoice_start(struct sessionvoice *voice, sessionvoice_words *words, const struct bytes *session_id)
{
	voice->words = words;
	voice->session_id = session_id;
}

static bool
is_end(enum sessionvoice_event event)
{
	return event == SESSIONVOICE_ENDED || event == SESSIONVOICE_TIMED_OUT || event == SESSIONVOICE_FAILED;
}

static bool
is_connection(enum sessionvoice_event event)
{
	return event == SESSIONVOICE_ACCEPTED || event == SESSIONVOICE_ACCEPTED_BASIC;
}

static void
add_for_raw(struct bytes *out, struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			bytes_add_char(out, '\r');
		bytes_add_char(out, text.ptr[i]);
	}
}

static void
add_for_terminal(struct bytes *out, struct view text, bool raw)
{
	struct bytes clean = BYTES_INIT(SESSIONVOICE_MAX * ESCAPED);

	printable_text(&clean, text);
	if (!bytes_failed(&clean) && raw)
		add_for_raw(out, bytes_view(&clean));
	else if (!bytes_failed(&clean))
		bytes_add(out, bytes_view(&clean));
	bytes_clear(&clean);
}

void
sessionvoice_say(struct sessionvoice *voice, enum sessionvoice_event event, struct view detail,
    enum sessionvoice_reader reader)
{
	struct bytes line = BYTES_INIT(SESSIONVOICE_MAX);

	if (voice->words == NULL || (is_end(event) && voice->ended) || (is_connection(event) && voice->accepted))
		return;
	voice->accepted |= is_connection(event);
	voice->ended |= is_end(event);
	voice->told |= is_end(event) && detail.len > 0;
	voice->words(&line, event, bytes_view(voice->session_id), detail);
	if (!bytes_failed(&line) && reader != SESSIONVOICE_PROGRAM)
		add_for_terminal(&voice->waiting, bytes_view(&line), reader == SESSIONVOICE_RAW_TERMINAL);
	else if (!bytes_failed(&line))
		bytes_add(&voice->waiting, bytes_view(&line));
	bytes_clear(&line);
}

struct view
sessionvoice_waiting(const struct sessionvoice *voice)
{
	return bytes_failed(&voice->waiting) ? VIEW_NONE : bytes_view(&voice->waiting);
}

void
sessionvoice_took(struct sessionvoice *voice, size_t len)
{
	bytes_drop(&voice->waiting, len);
}

void
sessionvoice_clear(struct sessionvoice *voice)
{
	bytes_clear(&voice->waiting);
}
