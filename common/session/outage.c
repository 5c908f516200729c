#include "session/state.h"

#include <stdio.h>
#include <unistd.h>

#include "console/row.h"

#define BLINK 500			/* a connection that is back so soon was not missed */
#define SECOND 1000
#define USUAL 2000			/* until a node's first word: no line comes and goes for that */
#define MOMENT 500			/* for a program to take notice of a size */
#define LATEST 5000			/* for the node to acknowledge it */
#define WORDS_MAX 120			/* bytes of a part of a line, with its NUL */

void
outage_start(struct session *session)
{
	session->outage.begun = loop_now(&session->loop);
	session->outage.next = session->outage.begun + USUAL;
}

void
outage_heard(struct session *session)
{
	if (session->outage.begun == 0)
		return;
	session->outage.begun = 0;
	consolestatusline_hide(&session->outage.line);
}

void
outage_begin(struct session *session)
{
	struct sessionoutage *outage = &session->outage;

	if (outage->since != 0)
		return;
	outage->since = loop_now(&session->loop);
	outage->next = outage->since + BLINK;
	outage->kept = session->input.kept;
	outage->dropped = session->input.dropped;
	outage->drawn = outage->told_full = false;
	consoleinput_drop(&session->input, session->terminal.raw);
}

/* One row less, or where there is but one, more. */
void
outage_repaint(struct session *session)
{
	uint64_t now = loop_now(&session->loop);
	unsigned columns, rows;

	if (!consoleterminal_size(STDOUT_FILENO, &columns, &rows))
		return;
	channel_resize(session->channel, columns, rows > 1 ? rows - 1 : rows + 1, now);
	session->outage.repainted = now + MOMENT;
	session->outage.latest = now + LATEST;
}

/* The moment begins when the node has the other size. */
static void
end_repaint(struct session *session, uint64_t now)
{
	struct sessionoutage *outage = &session->outage;
	struct channel_counters counters;

	channel_count(session->channel, &counters);
	if (counters.unacknowledged > 0 && now < outage->latest) {
		outage->repainted = now + MOMENT;
	} else if (now >= outage->repainted) {
		outage->repainted = 0;
		commands_size(session, false);
	}
}

void
outage_over(struct session *session)
{
	struct sessionoutage *outage = &session->outage;

	outage->since = 0;
	ssm_error_clear(&outage->trouble);
	consoleinput_drop(&session->input, false);
	consolestatusline_hide(&outage->line);
	if (outage->drawn)
		outage_repaint(session);
	else
		commands_size(session, true);
	outage->drawn = false;
}

void
outage_trouble(struct session *session, const struct ssm_error *why)
{
	struct sessionoutage *outage = &session->outage;

	ssm_fail(&outage->trouble, why->rc, why->code, "%s%s%s", why->service ? why->code : "",
	    why->service ? ": " : "", why->message);
	if (outage->drawn)
		outage->next = 0;
}

/* Texts of a line, until it is shown. */
struct texts {
	char event[3][WORDS_MAX], typed[3][WORDS_MAX], keys[2][WORDS_MAX];
};

static void
show_row(struct session *session, const struct consolerow *row)
{
	struct bytes text = BYTES_INIT(CONSOLESTATUSLINE_MAX);
	unsigned columns, rows;

	if (!consoleterminal_size(STDOUT_FILENO, &columns, &rows))
		return;
	consolerow_fit(&text, row, columns < CONSOLESTATUSLINE_MAX ? columns : CONSOLESTATUSLINE_MAX);
	if (!bytes_failed(&text))
		consolestatusline_show(&session->outage.line, bytes_view(&text));
	bytes_clear(&text);
}

static void
say_lost(struct texts *texts, struct consolerow *row, const char *name, unsigned long long seconds)
{
	snprintf(texts->event[0], WORDS_MAX, "%s: connection lost %llu s ago, resuming", name, seconds);
	snprintf(texts->event[1], WORDS_MAX, "connection lost %llu s ago", seconds);
	snprintf(texts->event[2], WORDS_MAX, "lost %llu s ago", seconds);
	for (size_t i = 0; i < 3; i++)
		row->event[i] = view_of(texts->event[i]);
}

static void
say_typed(struct texts *texts, struct consolerow *row, const struct session *session)
{
	unsigned long long kept = session->input.kept - session->outage.kept;

	if (session->input.dropped != session->outage.dropped) {
		snprintf(texts->typed[0], WORDS_MAX, "NO ROOM for more typing, %llu bytes wait", kept);
		row->typed[0] = view_of(texts->typed[0]);
		row->typed[1] = VIEW("NO ROOM for more");
		row->typed[2] = VIEW("NO ROOM");
	} else if (kept > 0) {
		snprintf(texts->typed[0], WORDS_MAX, "%llu typed", kept);
		row->typed[0] = row->typed[1] = view_of(texts->typed[0]);
	}
}

static void
say_keys(struct texts *texts, struct consolerow *row, const struct session *session)
{
	char escape[COMMANDS_ESCAPE_TEXT];

	if (session->input.escape.character == CONSOLEESCAPE_OFF)
		return;
	commands_escape_text(session->input.escape.character, escape);
	snprintf(texts->keys[0], WORDS_MAX, "%s. ends, %sd leaves", escape, escape);
	snprintf(texts->keys[1], WORDS_MAX, "%s. ends", escape);
	row->keys[0] = view_of(texts->keys[0]);
	row->keys[1] = view_of(texts->keys[1]);
}

static void
show(struct session *session, uint64_t now)
{
	struct sessionoutage *outage = &session->outage;
	struct texts texts = { .event = { "" } };
	struct consolerow row = { .reason = outage->trouble.rc != SSM_OK ? view_of(outage->trouble.message) : VIEW_NONE };

	say_lost(&texts, &row, session->plan->cli->tool->name, (now - outage->since) / SECOND);
	say_typed(&texts, &row, session);
	say_keys(&texts, &row, session);
	show_row(session, &row);
	outage->drawn |= outage->line.shown;
}

/* The keys are still the terminal's, which knows how to interrupt. */
static void
show_wait(struct session *session, uint64_t now)
{
	unsigned long long seconds = (now - session->outage.begun) / SECOND;
	bool open = session->phase == SESSION_OPEN;
	struct texts texts = { .event = { "" } };
	struct consolerow row = { .reason = VIEW_NONE };

	snprintf(texts.event[0], WORDS_MAX, "%s: %s, %llu s", session->plan->cli->tool->name,
	    open ? "connected; the node has not said anything yet" : "connecting", seconds);
	snprintf(texts.event[1], WORDS_MAX, "%s, %llu s", open ? "the node has not said anything yet" : "connecting", seconds);
	snprintf(texts.event[2], WORDS_MAX, "%s, %llu s", open ? "no word yet" : "connecting", seconds);
	for (size_t i = 0; i < 3; i++)
		row.event[i] = view_of(texts.event[i]);
	show_row(session, &row);
}

static bool
may_show(const struct session *session)
{
	if (session->outage.since != 0)
		return consolenotice_has_line(&session->notice);
	return session->outage.begun != 0 && !session->plan->cli->quiet &&
	    consolestatusline_is_able(&session->outage.line);
}

/* Once an outage, and audible: who types looks elsewhere. */
static void
tell_full(struct session *session)
{
	struct sessionoutage *outage = &session->outage;

	if (outage->told_full || session->input.dropped == outage->dropped)
		return;
	outage->told_full = true;
	outage->next = 0;
	if (consolenotice_has_line(&session->notice))
		consoleoutput_add(&session->output, CONSOLEOUTPUT_STDOUT, VIEW("\a"));
	consolenotice_connection(&session->notice, "no room for more of what is typed: it is lost");
}

static bool
is_typing_new(const struct session *session)
{
	return session->outage.drawn && session->input.kept != session->outage.counted;
}

void
outage_tick(struct session *session, uint64_t now)
{
	struct sessionoutage *outage = &session->outage;

	if (outage->repainted != 0)
		end_repaint(session, now);
	if (session->phase >= SESSION_ENDS) {
		outage->since = outage->begun = 0;
		consolestatusline_hide(&outage->line);
	}
	if (outage->since != 0)
		tell_full(session);
	if (!may_show(session) || (now < outage->next && !is_typing_new(session)))
		return;
	if (outage->since != 0)
		show(session, now);
	else
		show_wait(session, now);
	outage->counted = session->input.kept;
	outage->next = now + SECOND - (now - (outage->since != 0 ? outage->since : outage->begun)) % SECOND;
}

uint64_t
outage_moment(const struct session *session)
{
	const struct sessionoutage *outage = &session->outage;
	uint64_t at = outage->repainted != 0 ? outage->repainted : UINT64_MAX;

	if (outage->next < at && may_show(session))
		at = outage->next;
	return at;
}
