#include "session/forwarding.h"

#include <stdio.h>
#include <unistd.h>

#define SECOND 1000
#define FIRST_GIVE_UP 60000		/* a session that was never connected is given up sooner */
#define FAREWELL_LIMIT 20000		/* for TerminateSession */
#define DRAIN_LIMIT 2000		/* for a reader of output, when the session was ended here */

extern char **environ;

/* By the document that there is. The address before is the one of what was dialled ahead. */
enum ssm_err
lifecycle_connect(struct session *session)
{
	const struct sessiondocument *document = session->plan->document;
	struct sessionaddress *address = &session->addresses[session->address == session->addresses];
	enum ssm_err rc = sessionaddress_choose(address, &document->url,
	    bytes_view(&session->plan->settings->hosts.endpoint), environ, &session->err);

	if (rc != SSM_OK)
		return rc;
	session->address = address;
	session->phase = SESSION_DIALS;
	session->how.secret = document->url.cell_number;
	sessionlink_upgrade(&session->link, address, !document->presigned &&
	    (session->opened || !session->plan->unsigned_first));
	return SSM_OK;
}

static void
tell_event(struct session *session, const char *event, struct view reason)
{
	struct channel_counters counters;

	channel_count(session->channel, &counters);
	sessionevents_begin(&session->events, event);
	sessionevents_text(&session->events, "Reason", reason);
	sessionevents_counters(&session->events, &counters);
	sessionevents_end(&session->events);
}

/* The token is good for one connection, and this is the one. */
void
lifecycle_opened(void *owner)
{
	struct session *session = owner;
	uint64_t now = loop_now(&session->loop);

	if (session->phase != SESSION_DIALS)
		return;
	session->phase = SESSION_OPEN;
	channel_connected(session->channel, bytes_view(&session->plan->document->token_value), now);
	bytes_clear(&session->plan->document->token_value);
	if (session->opened)
		outage_over(session);
	tell_event(session, session->opened ? "Resumed" : "Opened", VIEW_NONE);
	if (session->losses > 0) {
		consolenotice_connection(&session->notice, "connected again");
		session->back = now;
	}
	session->opened = true;
	session->recovery.give_up = session->plan->give_up;
	sessionrecovery_succeeded(&session->recovery);
}

static bool
may_resume(const struct session *session)
{
	return !session->plan->no_resume && !session->plan->document->presigned;
}

/* What no other connection will put right: an authority's file that cannot be read, memory. */
static bool
is_final(const struct session *session, const struct ssm_error *why)
{
	return !session->opened && why->rc != SSM_E_AGAIN && why->rc != SSM_E_SERVICE;
}

static void
keep_error(struct ssm_error *kept, const struct ssm_error *err)
{
	ssm_fail(kept, err->rc, err->code, "%s", err->message);
}

/* What came over the connection before may be the end of the session: that is looked at first, and is the only end then. */
void
lifecycle_lost(void *owner, const struct ssm_error *why)
{
	struct session *session = owner;

	if (session->phase > SESSION_LOST)
		return;
	if (session->phase == SESSION_OPEN)
		channel_lost(session->channel, loop_now(&session->loop));
	keep_error(&session->loss, why);
	session->lost = true;
}

/*
 * What is dialled for the first time somebody waits for, who sees for himself. What was dialled ahead may have begun
 * where there is no way any more.
 */
void
lifecycle_changed(void *owner)
{
	struct session *session = owner;

	if (session->phase == SESSION_OPEN || (session->phase == SESSION_DIALS && session->opened))
		sessionlink_doubt(&session->link);
	if (session->phase != SESSION_LOST)
		return;
	sessionrecovery_hurry(&session->recovery);
	if (session->recovery.state == SESSIONRECOVERY_ASKS)
		sessionlink_dial(&session->link, session->address);
}

static void
begin_recovery(struct session *session)
{
	if (session->losses++ == 0 || session->phase == SESSION_OPEN)
		consolenotice_connection(&session->notice, "%s; resuming the session", session->loss.message);
	else if (session->opened)
		sessionrecovery_tell(&session->recovery, &session->loss);
	if (session->phase != SESSION_OPEN)
		outage_trouble(session, &session->loss);
	else
		outage_begin(session);
	session->phase = SESSION_LOST;
	if (!session->opened && (session->recovery.give_up == 0 || session->recovery.give_up > FIRST_GIVE_UP))
		session->recovery.give_up = FIRST_GIVE_UP;
	sessionrecovery_begin(&session->recovery);
}

/* In a line also at a terminal: what its last row says is not read when the connection is soon back. */
static void
look_for_another_client(struct session *session)
{
	struct channel_counters counters;

	if (session->phase != SESSION_OPEN || session->back == 0)
		return;
	channel_count(session->channel, &counters);
	if (sessioncontest_lost(&session->contest, session->link.closed, session->back, counters.heard,
	    loop_now(&session->loop)))
		consolenotice(&session->notice, "the connection is closed again and again as soon as it is back: "
		    "another client may be in this session");
}

static void
poll_loss(struct session *session)
{
	const struct ssm_error *why = &session->loss;

	if (!session->lost || session->phase > SESSION_LOST)
		return;
	session->lost = false;
	if (channel_has_end(session->channel))
		return;
	tell_event(session, "Lost", view_of(why->message));
	look_for_another_client(session);
	if (!is_final(session, why) && may_resume(session)) {
		begin_recovery(session);
		return;
	}
	keep_error(&session->err, why);
	session->left = true;
	lifecycle_over_unless_told(session, "ConnectionLost", ssm_exit_code(why->rc));
}

static void
take_document(struct session *session)
{
	const struct sessionsettings *settings = session->plan->settings;
	struct streamurl_rules rules = streamhosts_rules(&settings->hosts);
	struct bytes *answer = &session->recovery.ask.answer;
	enum ssm_err rc;

	rc = sessiondocument_read(session->plan->document, bytes_view(answer), "ssm-resume-session's answer", &rules,
	    &session->err);
	bytes_clear(answer);
	if (rc == SSM_OK)
		rc = lifecycle_connect(session);
	if (rc != SSM_OK)
		lifecycle_leave(session, "ResumeFailed", ssm_exit_code(rc));
}

/* All that the last line can say: how long it was tried, what came of it last, and what the connection was lost for. */
static void
give_up(struct session *session)
{
	const struct sessionrecovery *recovery = &session->recovery;
	const struct ssm_error *why = &recovery->why;
	char tried[80] = "";

	if (why->rc != SSM_E_INPUT)
		snprintf(tried, sizeof tried, " within %u s, in %u attempt%s", recovery->give_up / SECOND, recovery->attempts,
		    recovery->attempts == 1 ? "" : "s");
	ssm_fail(&session->err, why->rc, why->code, "the session could not be resumed%s: %s%s%s", tried,
	    why->service ? why->code : "", why->service ? ": " : "", why->message);
	if (why->rc == SSM_E_AGAIN && strcmp(why->message, session->loss.message) != 0)
		ssm_error_add(&session->err, " (%s)", session->loss.message);
	session->left = true;
	lifecycle_over_unless_told(session, "GivenUp", ssm_exit_code(session->err.rc));
}

/* What it is made for: the loss, or what came of the last one. */
static void
tell_attempt(struct session *session)
{
	const struct ssm_error *trouble = &session->outage.trouble;

	sessionevents_begin(&session->events, "Attempt");
	sessionevents_number(&session->events, "Attempt", session->recovery.attempts);
	sessionevents_text(&session->events, "Reason",
	    view_of(trouble->rc != SSM_OK ? trouble->message : session->loss.message));
	sessionevents_end(&session->events);
}

/* While the service is asked the host is dialled to which the answer will lead, unless it leads elsewhere. */
static void
begin_attempt(struct session *session)
{
	tell_attempt(session);
	sessionlink_dial(&session->link, session->address);
}

static void
poll_recovery(struct session *session)
{
	unsigned attempts = session->recovery.attempts;
	enum sessionrecovery_state before = session->recovery.state;
	enum sessionrecovery_result result = sessionrecovery_poll(&session->recovery);

	if (attempts != session->recovery.attempts)
		begin_attempt(session);
	if (before == SESSIONRECOVERY_ASKS && session->recovery.state == SESSIONRECOVERY_WAITS) {
		sessionlink_abandon(&session->link);
		outage_trouble(session, &session->recovery.ask.err);
	}
	switch (result) {
	case SESSIONRECOVERY_NOTHING:
		break;
	case SESSIONRECOVERY_DOCUMENT:
		take_document(session);
		break;
	case SESSIONRECOVERY_OVER:
		keep_error(&session->err, &session->recovery.why);
		lines_say(session, SESSIONVOICE_TIMED_OUT, VIEW_NONE);
		lifecycle_over_unless_told(session, "Over", ssm_exit_code(SSM_E_NO));
		break;
	case SESSIONRECOVERY_GIVEN_UP:
		give_up(session);
		break;
	}
}

/* That the service knows of no such session is what was wanted. */
static bool
is_ended(const struct ssm_error *err)
{
	return err->rc == SSM_OK || err->rc == SSM_E_NO || strcmp(err->code, "ValidationException") == 0;
}

static void
poll_farewell(struct session *session)
{
	if (!session->farewell.running) {
		sessionrecovery_stop(&session->recovery);
		sessionask_start(&session->farewell, SESSIONASK_TERMINATE, &session->how, FAREWELL_LIMIT);
		return;
	}
	if (!sessionask_poll(&session->farewell))
		return;
	sessionask_end(&session->farewell);
	if (!is_ended(&session->farewell.err)) {
		consolenotice(&session->notice, "the session was not ended: %s", session->farewell.err.message);
		if (session->end->code == 0 && !session->plan->drop_in)
			session->end->code = ssm_exit_code(session->farewell.err.rc);
	}
	lines_say(session, SESSIONVOICE_ENDED, VIEW_NONE);
	session->phase = SESSION_DRAINS;
	session->drain_until = loop_now(&session->loop) + DRAIN_LIMIT;
}

/* All that came is with its reader, or he is not waited for. A lost standard output is no reader of what is forwarded. */
static void
poll_drain(struct session *session)
{
	bool printed = session->output.error != 0 || (session->drained &&
	    sessionvoice_waiting(&session->voice).len == 0 && consoleoutput_is_empty(&session->output));

	if (!(printed && forwarding_is_empty(session)) && loop_now(&session->loop) < session->drain_until)
		return;
	if (session->end->output_error == 0)
		session->end->output_error = session->output.error;
	session->phase = SESSION_DONE;
}

void
lifecycle_poll(struct session *session)
{
	poll_loss(session);
	if (session->forward != NULL && channel_has_end(session->channel))
		forwarding_last(session);
	if (session->phase == SESSION_LOST || session->phase == SESSION_DIALS)
		poll_recovery(session);
	else if (session->phase == SESSION_ENDS)
		poll_farewell(session);
	else if (session->phase == SESSION_DRAINS)
		poll_drain(session);
}

static void
end(struct session *session, const char *reason, int code, enum session_phase phase)
{
	if (session->phase >= SESSION_ENDS && phase == SESSION_ENDS)
		phase = SESSION_DONE;
	else if (session->phase < SESSION_ENDS) {
		session->reason = reason;
		session->end->code = code;
		session->drain_until = phase == SESSION_DRAINS ? UINT64_MAX :
		    loop_now(&session->loop) + FAREWELL_LIMIT + DRAIN_LIMIT;
	}
	consoleinput_stop(&session->input);
	forwarding_stop(session);
	if (session->phase < phase)
		session->phase = phase;
	sessionlink_abandon(&session->link);
}

/* What was taken for want of the node's own word gives way to it. */
void
lifecycle_over(struct session *session, const char *reason, int code)
{
	if (session->provisional) {
		session->provisional = session->left = false;
		session->reason = reason;
		session->end->code = code;
	}
	end(session, reason, code, SESSION_DRAINS);
}

void
lifecycle_over_unless_told(struct session *session, const char *reason, int code)
{
	end(session, reason, code, SESSION_DRAINS);
	session->provisional = true;
}

void
lifecycle_leave(struct session *session, const char *reason, int code)
{
	session->left |= session->phase < SESSION_ENDS;
	end(session, reason, code, SESSION_DONE);
}

/*
 * In a port session the agent is told, too: it closes its own connection at once. A presigned URL is all there is. A
 * second time nobody is waited for.
 */
void
lifecycle_terminate(struct session *session, const char *reason, int code)
{
	if (session->phase < SESSION_ENDS && session->kind == CHANNEL_PORT && session->ready &&
	    !channel_send_flag(session->channel, CHANNEL_TERMINATE_SESSION, loop_now(&session->loop)))
		consolenotice(&session->notice, "the node was not told of the end");
	if (session->phase < SESSION_ENDS && session->plan->document->presigned)
		end(session, reason, code, SESSION_DRAINS);
	else
		end(session, reason, code, SESSION_ENDS);
}
