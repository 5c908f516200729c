#include "session/forwarding.h"
#include "session/verdict.h"

#include <errno.h>

#define ROOM_LEAST (64 * 1024)		/* a message of ours is never longer */
#define PORT_LINGER 10000		/* behind the end of input, when nothing else was said */
#define DROP_IN_LINGER 60000		/* the same, of a client whose caller waits without limit */
#define READER_LOOK 1000		/* milliseconds between two looks, at least */
#define NOTICE_LOOK 1000		/* the same, whether messages that are held have a reader again */
#define TYPED_MOST 64			/* messages: more of them are no typing, and a slow line has them for long */

static void
on_ended(struct session *session, const struct channel_event *event)
{
	int code;

	lines_say(session, SESSIONVOICE_ENDED, event->text);
	if (session->phase >= SESSION_ENDS && !session->provisional) {
		lifecycle_over(session, "Ended", 0);
		return;
	}
	ssm_error_clear(&session->err);
	code = verdict(session, event);

	if (event->incomplete && session->err.rc == SSM_OK)
		consolenotice(&session->notice, "the session's output is incomplete");
	lifecycle_over(session, event->text.len > 0 ? "Closed" : "Ended", code);
}

/* A shell's keys are the node's from now on. */
static void
on_ready(struct session *session, const struct channel_event *event)
{
	session->ready = true;
	session->kind = event->session;
	sessionevents_begin(&session->events, "Ready");
	sessionevents_end(&session->events);
	if (session->adopted)
		outage_repaint(session);
	else
		commands_size(session, false);
	forwarding_begin(session, event->port);
	if (session->forward != NULL || session->phase >= SESSION_ENDS)
		return;
	if (session->kind != CHANNEL_SHELL)
		session->input.escape.character = CONSOLEESCAPE_OFF;
	else if (consoleterminal_raw(&session->terminal) != 0)
		session->terminal.raw = false;
	if (session->kind != CHANNEL_COMMAND && session->plan->input >= 0)
		consoleinput_start(&session->input, &session->loop, session->plan->input);
	else if (session->kind != CHANNEL_COMMAND)
		session->input.over = true;
}

/* What the other process had on its screen is known to nobody. */
static void
on_adopted(struct session *session, const struct channel_event *event)
{
	session->adopted = true;
	sessionevents_begin(&session->events, "Adopted");
	sessionevents_number(&session->events, "FirstInput", event->input);
	if (event->output >= 0)
		sessionevents_number(&session->events, "FirstOutput", event->output);
	sessionevents_end(&session->events);
	consolenotice(&session->notice,
	    "went on with the session of another process; what was on its screen is gone");
}

/*
 * A session that was another process's, and cannot be gone on with, is left to it; nobody is told how to come back. What
 * ends anyway ends as it began to.
 */
static void
on_failed(struct session *session, const struct channel_event *event)
{
	if (session->phase >= SESSION_ENDS)
		return;
	if (!sessiondatakey_take_error(&session->data_key, &session->err))
		ssm_fail(&session->err, event->rc, "ChannelError", "%.*s", VIEW_ARG_CUT(event->text, SSM_MESSAGE_MAX / 2));
	if (!event->keep) {
		lifecycle_terminate(session, "Failed", ssm_exit_code(session->err.rc));
		return;
	}
	lifecycle_leave(session, "Failed", ssm_exit_code(session->err.rc));
	session->left = false;
}

static void
on_text(struct session *session, struct view text)
{
	if (session->plan->words != NULL)
		lines_say(session, SESSIONVOICE_TEXT, text);
	else
		consolenotice(&session->notice, "%.*s", VIEW_ARG_CUT(text, SSM_MESSAGE_MAX / 2));
}

/* False when it has to wait for the reader of what came before. */
static bool
take_output(struct session *session, const struct channel_event *event)
{
	enum consoleoutput_to to = event->kind == CHANNEL_OUTPUT ? CONSOLEOUTPUT_STDOUT : CONSOLEOUTPUT_STDERR;
	bool forwarded = session->forward != NULL && to == CONSOLEOUTPUT_STDOUT;
	size_t len = forwarded ? forwarding_take(session, event->bytes) :
	    consoleoutput_add(&session->output, to, event->bytes);

	if (to == CONSOLEOUTPUT_STDOUT && !forwarded)
		consolestatusline_printed(&session->outage.line, view_slice(event->bytes, 0, len));
	session->port_full = forwarded && len < event->bytes.len;
	session->error_output |= event->kind == CHANNEL_ERROR_OUTPUT;
	session->quiet = session->shown = loop_now(&session->loop);
	consoleeot_heard(&session->eot, session->quiet);
	channel_took(session->channel, len);
	return len == event->bytes.len;
}

static bool
take_event(struct session *session, const struct channel_event *event)
{
	switch (event->kind) {
	case CHANNEL_OUTPUT:
	case CHANNEL_ERROR_OUTPUT:
		return take_output(session, event);
	case CHANNEL_ADOPTED:
		on_adopted(session, event);
		break;
	case CHANNEL_KEY_WANTED:
		session->encrypted = true;
		sessiondatakey_start(&session->data_key, &session->how, event, session->plan->target);
		break;
	case CHANNEL_READY:
		on_ready(session, event);
		break;
	case CHANNEL_TEXT:
		on_text(session, event->text);
		break;
	case CHANNEL_AWAY:
		consolenotice(&session->notice, "the node is not connected; what is %s waits",
		    session->kind == CHANNEL_PORT ? "sent" : "typed");
		break;
	case CHANNEL_BACK:
		consolenotice(&session->notice, "the node is connected again");
		break;
	case CHANNEL_EXIT:
		session->exit_code = event->exit_code;
		if (session->losses > 0 && session->kind == CHANNEL_COMMAND)
			consolenotice(&session->notice, "the connection was lost meanwhile: output may be incomplete");
		break;
	case CHANNEL_FLAG:
		if (event->flag == CHANNEL_CONNECT_TO_PORT_ERROR && session->ready)
			forwarding_refused(session);
		break;
	case CHANNEL_ENDED:
		on_ended(session, event);
		break;
	case CHANNEL_FAILED:
		on_failed(session, event);
		break;
	}
	return true;
}

static void
take_events(struct session *session)
{
	struct channel_event event;

	session->drained = session->port_full = false;
	while (lines_write(session)) {
		if (session->phase >= SESSION_DONE || !channel_event(session->channel, &event)) {
			session->drained = true;
			return;
		}
		if (!take_event(session, &event))
			return;
	}
}

/*
 * What has come is written as far as it goes. When it does not, the loop waits for room, a connection's or the reader's:
 * unless all that waited for him has gone meanwhile, for then nobody would tell of it.
 */
static void
print(struct session *session)
{
	do {
		take_events(session);
		consoleoutput_flush(&session->output);
	} while (!session->drained && !session->port_full && consoleoutput_is_empty(&session->output));
}

/*
 * Who reads slowly holds the node back, not by messages that are dropped and come again, one in 100 ms: behind 15 s in which
 * nothing was taken, 20 MB were read in 2 s when it was held; when it was not, 11 MB, and then 10 kB a second. And an agent
 * that nobody holds sends on, but does not repeat what it cannot keep. So the session's end may be behind what is held back.
 */
static void
hold(struct session *session)
{
	sessionlink_hold(&session->link, !session->drained && channel_is_crowded(session->channel));
}

static void
send_input(struct session *session, uint64_t now)
{
	struct view waiting;
	size_t len;

	while ((waiting = consoleinput_waiting(&session->input)).len > 0 &&
	    (len = channel_send(session->channel, waiting, now)) > 0) {
		consoleinput_took(&session->input, len);
		session->quiet = now;
	}
	if (session->ready && session->input_over == 0 && consoleinput_is_over(&session->input)) {
		session->input_over = now;
		if (session->kind == CHANNEL_SHELL)
			consoleeot_begin(&session->eot, now);
	}
}

static void
send_eot(struct session *session, uint64_t now)
{
	struct view text;

	if (consoleeot_due(&session->eot) > now)
		return;
	text = consoleeot_text(&session->eot, session->input.line_ended);
	if (channel_room(session->channel) >= text.len && channel_send(session->channel, text, now) == text.len)
		consoleeot_sent(&session->eot);
}

/* When the session is ended behind the end of input; UINT64_MAX: only the node ends it. */
static uint64_t
linger_until(const struct session *session)
{
	uint64_t linger = session->plan->linger;

	if (session->input_over == 0)
		return UINT64_MAX;
	if (linger == SESSION_NO_LINGER && session->kind == CHANNEL_PORT)
		linger = PORT_LINGER;
	if (linger == SESSION_NO_LINGER && session->plan->drop_in)
		linger = DROP_IN_LINGER;
	if (linger == SESSION_NO_LINGER)
		return UINT64_MAX;
	return (session->quiet > session->input_over ? session->quiet : session->input_over) + linger;
}

/* Input that the node has not acknowledged may never have reached it. */
static void
end_behind_input(struct session *session, uint64_t now)
{
	struct channel_counters counters;

	if (session->phase > SESSION_LOST || linger_until(session) > now)
		return;
	channel_count(session->channel, &counters);
	if (counters.unacknowledged > 0)
		ssm_fail(&session->err, SSM_E_OTHER, "InputIncomplete", "the node has not acknowledged all input");
	lifecycle_terminate(session, "InputEnded", ssm_exit_code(session->err.rc));
}

static void
send_messages(struct session *session, uint64_t now)
{
	struct channel_outgoing out;

	while (sessionlink_room(&session->link) >= ROOM_LEAST && channel_next(session->channel, &out, now))
		sessionlink_send(&session->link, out.message, out.text);
}

/* Whoever types wants to know soon whether anybody hears it. */
static void
watch_input(struct session *session)
{
	struct channel_counters counters;

	channel_count(session->channel, &counters);
	sessionlink_waits(&session->link, counters.unacknowledged <= TYPED_MOST ? counters.oldest : LIVENESS_NEVER);
}

/* When the loop is to turn though nothing happens. */
static uint64_t
next_moment(const struct session *session)
{
	uint64_t at = CHANNEL_NEVER, linger = linger_until(session), eot = consoleeot_due(&session->eot),
	    line = outage_moment(session), forward = forwarding_moment(session);

	if (session->phase >= SESSION_DRAINS)
		return session->drain_until;
	if (sessionlink_room(&session->link) >= ROOM_LEAST)
		at = channel_deadline(session->channel);
	if (session->phase == SESSION_ENDS)
		return at;
	if (line < at)
		at = line;
	if (consolenotice_holds(&session->notice) && loop_now(&session->loop) + NOTICE_LOOK < at)
		at = loop_now(&session->loop) + NOTICE_LOOK;
	if (forward < at)
		at = forward;
	if (eot < at && eot > loop_now(&session->loop))
		at = eot;
	return linger < at ? linger : at;
}

static void
set_moment(struct session *session)
{
	uint64_t at = next_moment(session);

	if (at != UINT64_MAX)
		loop_set(&session->loop, &session->moment, at);
	else
		loop_unset(&session->moment);
}

/* While nothing is written nobody else tells; the end of the terminal that is typed at is told by SIGHUP. */
static void
look_for_reader(struct session *session, uint64_t now)
{
	if ((session->terminal.fd >= 0 && session->output.is_terminal) || session->forward != NULL ||
	    now - session->looked < READER_LOOK)
		return;
	session->looked = now;
	consoleoutput_is_lost(&session->output);
}

/* A reader that has gone wants nothing more of the node. */
static void
check_output(struct session *session)
{
	int error = session->output.error;

	if (error == 0 || session->phase >= SESSION_ENDS || session->forward != NULL)
		return;
	if (error == EIO && session->terminal.fd >= 0) {
		session->end->signal = SIGHUP;
		lifecycle_leave(session, "TerminalLost", 255);
		return;
	}
	session->end->output_error = error;
	lifecycle_terminate(session, "OutputLost", 255);
}

/* Input that cannot be read is no end of input; a terminal that has none any more is gone. */
static void
check_input(struct session *session)
{
	int error = session->input.error;

	if (session->phase >= SESSION_ENDS || !session->input.over || session->input.stopped)
		return;
	if (session->terminal.fd >= 0 && session->terminal.fd == session->plan->input) {
		session->end->signal = SIGHUP;
		lifecycle_leave(session, "TerminalLost", 255);
	} else if (error != 0 && error != EBADF) {
		ssm_fail(&session->err, SSM_E_OTHER, "InputError", "cannot read standard input: %s", strerror(error));
		lifecycle_terminate(session, "InputError", 255);
	}
}

void
flow(struct session *session)
{
	uint64_t now = loop_now(&session->loop);

	sessiondatakey_poll(&session->data_key, session->channel);
	consolenotice_flush(&session->notice);
	print(session);
	hold(session);
	if (session->phase < SESSION_ENDS) {
		check_input(session);
		if (session->forward != NULL)
			forwarding_send(session, now);
		send_input(session, now);
		send_eot(session, now);
		end_behind_input(session, now);
	}
	if (session->phase <= SESSION_ENDS)
		send_messages(session, now);
	if (session->phase == SESSION_OPEN)
		watch_input(session);
	look_for_reader(session, now);
	check_output(session);
	outage_tick(session, now);
	set_moment(session);
}
