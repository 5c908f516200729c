#include "session/state.h"

#include <stdio.h>
#include <unistd.h>

#define HELP_LINE 256

void
commands_size(struct session *session, bool again)
{
	unsigned columns, rows;

	if (!consoleterminal_size(STDOUT_FILENO, &columns, &rows))
		return;
	if (again)
		channel_resize_again(session->channel, loop_now(&session->loop));
	else
		channel_resize(session->channel, columns, rows, loop_now(&session->loop));
}

void
commands_escape_text(int character, char text[COMMANDS_ESCAPE_TEXT])
{
	snprintf(text, COMMANDS_ESCAPE_TEXT, character < ' ' ? "^%c" : "%c", character < ' ' ? character + '@' : character);
}

static void
help(const struct session *session)
{
	char escape[COMMANDS_ESCAPE_TEXT], line[HELP_LINE];

	commands_escape_text(session->input.escape.character, escape);
	consolenotice(&session->notice, "escapes, behind a line's end:");
	for (const struct consoleescape_help *row = consoleescape_helps; row->typed != NULL; row++) {
		if (session->input.escape.few && !row->official)
			continue;
		snprintf(line, sizeof line, "  %s%-3s %s", escape, row->typed, row->text);
		consolenotice_line(&session->notice, view_of(line));
	}
	snprintf(line, sizeof line, "  %s%-3s the character itself", escape, escape);
	consolenotice_line(&session->notice, view_of(line));
}

/*
 * Stops this process, whatever it was started to ignore; returns when somebody lets it go on. The node may have
 * printed meanwhile, and the terminal may be another size.
 */
static void
suspend(struct session *session)
{
	consolestatusline_hide(&session->outage.line);
	consoleterminal_restore(&session->terminal);
	signal(SIGTSTP, SIG_DFL);
	signals_pass(&session->signals, SIGTSTP);
	if (session->ready && session->kind == CHANNEL_SHELL && consoleterminal_raw(&session->terminal) != 0)
		session->terminal.raw = false;
	commands_size(session, false);
	sessionlink_check(&session->link);
}

void
commands_escape(void *owner, enum consoleescape_command command)
{
	struct session *session = owner;

	switch (command) {
	case CONSOLEESCAPE_END:
		consolenotice(&session->notice, "ending the session");
		lifecycle_terminate(session, "User", 0);
		break;
	case CONSOLEESCAPE_DETACH:
		consolenotice(&session->notice, "leaving the session");
		lifecycle_leave(session, "Detached", 0);
		break;
	case CONSOLEESCAPE_SUSPEND:
		suspend(session);
		break;
	case CONSOLEESCAPE_HELP:
		help(session);
		break;
	case CONSOLEESCAPE_NONE:
		break;
	}
}

/*
 * The official client's: signals of the keyboard are keys of the node's terminal, and the end of a port session. One that a
 * node has no room for, which does not read what is typed, is lost, as it is at a terminal; it is no end of the session.
 */
static bool
take_key(struct session *session, int number)
{
	struct view key = number == SIGINT ? VIEW("\003") : number == SIGQUIT ? VIEW("\034") : VIEW("\032");
	size_t sent;

	if (!session->plan->drop_in || !session->ready)
		return false;
	if (session->kind == CHANNEL_PORT) {
		if (session->phase < SESSION_ENDS)
			lines_say(session, SESSIONVOICE_INTERRUPTED, VIEW_NONE);
		lifecycle_terminate(session, "Interrupted", 0);
		return true;
	}
	if (session->phase != SESSION_OPEN)
		return false;
	sent = channel_send(session->channel, key, loop_now(&session->loop));
	(void)sent;
	return true;
}

/* Nobody comes back to one. */
static bool
is_port(const struct session *session)
{
	return session->ready && session->kind == CHANNEL_PORT;
}

/* What is typed is for the program whose connection it is. */
static bool
is_connection(const struct session *session)
{
	return is_port(session) && session->forward == NULL;
}

/* One of a port nobody can come back to; in one that is new nobody has done anything yet. */
static bool
is_of_no_use(const struct session *session)
{
	return is_port(session) || (!session->ready && session->plan->no_adopt);
}

static void
end_by(struct session *session, int number)
{
	if (number == SIGINT && is_connection(session) && !session->plan->drop_in)
		return;
	if (session->end->signal == 0)
		session->end->signal = number;
	if (number == SIGHUP && is_of_no_use(session))
		lifecycle_terminate(session, "SIGHUP", 255);
	else if (number == SIGHUP)
		lifecycle_leave(session, "SIGHUP", 255);
	else
		lifecycle_terminate(session, number == SIGTERM ? "SIGTERM" : "SIGINT", 255);
}

/* Somebody stopped it from outside, and the shell has made the terminal its own since. */
static void
go_on(struct session *session)
{
	if (session->terminal.raw) {
		consoleterminal_restore(&session->terminal);
		if (consoleterminal_raw(&session->terminal) != 0)
			session->terminal.raw = false;
	}
	commands_size(session, false);
	sessionlink_check(&session->link);
}

void
commands_signal(void *owner, unsigned events)
{
	struct session *session = owner;
	struct signals_came came;

	(void)events;
	while (signals_take(&session->signals, &came))
		switch (came.number) {
		case SIGWINCH:
			commands_size(session, false);
			break;
		case SIGTSTP:
			if (!take_key(session, SIGTSTP) && !session->plan->drop_in && !is_connection(session))
				suspend(session);
			break;
		case SIGCONT:
			go_on(session);
			break;
		case SIGINT:
		case SIGQUIT:
			if (!take_key(session, came.number))
				end_by(session, came.number);
			break;
		default:
			end_by(session, came.number);
			break;
		}
}
