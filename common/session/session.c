#include "session/session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/shellwords.h"
#include "session/forwarding.h"

#define EVENTS_PATIENCE 1000		/* for a reader of events, at the end */

/* The last one is a key in the official client alone. */
static const int watched[] = { SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH, SIGQUIT };

/* Ids of messages are not secret; where the system has no random numbers yet the clock makes them differ. */
static void
draw(void *context, unsigned char *out, size_t len)
{
	(void)context;
	if (getrandom(out, len, GRND_NONBLOCK) == (ssize_t)len)
		return;
	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)(clock_ms() >> (i % 4 * 8)) ^ (unsigned char)i;
}

static uint32_t
draw_chance(void)
{
	uint32_t chance = 0;

	draw(NULL, (unsigned char *)&chance, sizeof chance);
	return chance;
}

static void
on_message(void *owner, struct view message, bool text)
{
	struct session *session = owner;

	outage_heard(session);
	channel_receive(session->channel, message, text, loop_now(&session->loop));
}

static enum ssm_err
open_channel(struct session *session)
{
	char client_id[UUID_LEN + 1];
	unsigned char random[UUID_BYTES];
	struct bytes *given = &session->plan->document->session_id;
	struct channel_options options = { .client_id = client_id, .session_id = bytes_cstr(given),
	    .client_version = SESSION_CLIENT_VERSION, .random = draw, .adopt = !session->plan->no_adopt };

	draw(NULL, random, sizeof random);
	uuid_format(client_id, random);
	if (options.session_id == NULL || (session->digest = digest_new()) == NULL)
		return ssm_fail_memory(&session->err);
	options.digest = session->digest;
	options.epoch = (uint64_t)clock_utc_ms() - loop_now(&session->loop);
	return channel_open(&session->channel, &options, &session->err);
}

/* An option's, the StreamUrl's, or what is configured: URLs of this machine name none. */
static const char *
signing_region(struct session *session)
{
	bool given = calloptions_has(session->plan->options, CALLOPTION_REGION);

	return bytes_cstr(given || session->region.len == 0 ? &session->plan->settings->region : &session->region);
}

static void
open_link(struct session *session)
{
	const struct sessionlink_calls calls = { .opened = lifecycle_opened, .message = on_message,
	    .lost = lifecycle_lost, .owner = session };
	const struct sessionlink_how how = { .ask = &session->how, .region = signing_region(session),
	    .ca_bundle = bytes_cstr(&session->plan->settings->ca_bundle),
	    .user_agent = session->plan->settings->user_agent, .ping = session->plan->ping };

	sessionlink_open(&session->link, &session->loop, &how, &calls);
}

/* Signals are seen from here on, whatever this process was started to ignore: callers ignore what is typed. */
static enum ssm_err
open_loop(struct session *session)
{
	size_t count = ARRAY_LEN(watched) - !session->plan->drop_in;
	int rc = signals_start(&session->signals, watched, count, true);

	if (rc == 0)
		rc = loop_open(&session->loop);
	if (rc != 0)
		return ssm_fail(&session->err, SSM_E_OTHER, "LoopError", "cannot wait for the session: %s",
		    strerror(rc));
	session->mask = session->signals.before;
	for (size_t i = 0; i < count; i++)
		sigdelset(&session->mask, watched[i]);
	session->signalled = (struct loop_watch){ .fd = session->signals.fd, .ready = commands_signal,
	    .owner = session };
	loop_ask(&session->loop, &session->signalled, LOOP_READ);
	return SSM_OK;
}

static void
set_up_recovery(struct session *session)
{
	const struct session_plan *plan = session->plan;

	session->how = (struct sessionask_how){ .cli = plan->cli, .options = plan->options,
	    .session_id = bytes_cstr(&session->id), .region = session->region.len > 0 ? bytes_cstr(&session->region) :
	    NULL, .endpoint_is_local = plan->settings->hosts.local.len > 0, .mask = &session->mask, .loop = &session->loop };
	session->recovery.how = &session->how;
	session->recovery.notice = &session->notice;
	session->recovery.give_up = plan->give_up;
	session->recovery.chance = draw_chance;
}

static void
set_up_streams(struct session *session)
{
	const struct session_plan *plan = session->plan;

	session->no_shell = plan->separate_output || (plan->listen != NULL && plan->listen->count > 0);
	session->terminal.fd = plan->input >= 0 && isatty(plan->input) ? plan->input : -1;
	session->notice = (struct consolenotice){ .cli = plan->cli, .terminal = &session->terminal,
	    .line = &session->outage.line, .held = &session->held };
	session->input.escape.character = session->terminal.fd >= 0 ? plan->escape : CONSOLEESCAPE_OFF;
	session->input.escape.few = plan->drop_in;
	session->input.escape.line_begins = !plan->drop_in;
	session->input.command = commands_escape;
	session->input.owner = session;
	consoleoutput_start(&session->output, &session->loop, STDOUT_FILENO, STDERR_FILENO);
	consolestatusline_start(&session->outage.line, &session->output, getenv("TERM"));
	outage_start(session);
	sessionvoice_start(&session->voice, plan->words, &plan->document->session_id);
}

/* Nothing is dialled: nobody can be in the session, and it is not left behind. */
static void
refuse(struct session *session, const struct ssm_error *why)
{
	ssm_fail(&session->err, why->rc, why->code, "%s", why->message);
	session->how.secret = session->plan->document->url.cell_number;
	lifecycle_terminate(session, "Refused", ssm_exit_code(why->rc));
}

static enum ssm_err
set_up(struct session *session)
{
	const struct session_plan *plan = session->plan;
	enum ssm_err rc;

	bytes_set(&session->id, sessiondocument_id(plan->document));
	bytes_set(&session->region, plan->document->url.region);
	if (bytes_cstr(&session->id) == NULL || bytes_cstr(&session->region) == NULL)
		return ssm_fail_memory(&session->err);
	if ((rc = open_loop(session)) != SSM_OK || (rc = sessionevents_open(&session->events, &session->loop,
	    plan->events, bytes_view(&session->id), &session->err)) != SSM_OK)
		return rc;
	set_up_streams(session);
	set_up_recovery(session);
	open_link(session);
	network_open(&session->network, &session->loop, lifecycle_changed, session);
	wakeup_open(&session->wakeup, &session->loop);
	lines_say(session, SESSIONVOICE_STARTS, VIEW_NONE);
	if (plan->refused != NULL)
		refuse(session, plan->refused);
	else if ((rc = lifecycle_connect(session)) != SSM_OK)
		return rc;
	return open_channel(session);	/* libcrypto starts while ssm-sign does */
}

static void
work(struct session *session)
{
	enum session_phase before;
	int rc = 0;

	while (rc == 0) {
		do {
			before = session->phase;
			flow(session);
			lifecycle_poll(session);
		} while (session->phase != before && session->phase != SESSION_DONE);
		if (session->phase == SESSION_DONE)
			break;
		rc = loop_turn(&session->loop, LOOP_FOREVER);
		if (wakeup_happened(&session->wakeup))
			lifecycle_changed(session);
	}
	if (rc != 0)
		session->end->code = ssm_exit_code(ssm_fail(&session->err, SSM_E_OTHER, "LoopError",
		    "cannot wait for the session: %s", strerror(rc)));
}

static void
tell_end(struct session *session)
{
	struct channel_counters counters;

	channel_count(session->channel, &counters);
	sessionevents_begin(&session->events, "Ended");
	sessionevents_text(&session->events, "Reason", view_of(session->reason));
	sessionevents_number(&session->events, "ExitCode", session->end->code);
	sessionevents_number(&session->events, "Losses", session->losses);
	sessionevents_counters(&session->events, &counters);
	sessionevents_end(&session->events);
}

static void
add_option(struct bytes *line, const char *name, struct view value)
{
	bytes_add_text(line, name);
	shellwords_quote(line, value);
}

/* What becomes of a session that was left. Nobody comes back to one without a terminal. */
static void
tell_left(struct session *session)
{
	const char *profile = session->plan->options->values[CALLOPTION_PROFILE];
	struct bytes line = BYTES_INIT(8 * SESSIONDOCUMENT_ID_MAX);
	bool others = session->ready ? session->kind != CHANNEL_SHELL : session->no_shell;

	if (!session->left || others || (session->end->signal != 0 && session->end->signal != SIGHUP))
		return;
	if (session->encrypted) {
		consolenotice(&session->notice, "the session goes on until it is idle for too long; it is encrypted, and its key "
		    "is gone: nobody can come back to it");
		return;
	}
	add_option(&line, "ssm-start-session --resume ", bytes_view(&session->id));
	if (session->region.len > 0)
		add_option(&line, " --region ", bytes_view(&session->region));
	if (profile != NULL && *profile != '\0')
		add_option(&line, " --profile ", view_of(profile));
	consolenotice(&session->notice, "the session goes on until it is idle for too long; to come back:");
	consolenotice_line(&session->notice, bytes_view(&line));
	bytes_clear(&line);
}

/* What nobody has read of the events is no success of the session. */
static void
close_events(struct session *session)
{
	int rc;

	loop_ask(&session->loop, &session->signalled, 0);
	if (session->channel != NULL)
		tell_end(session);
	rc = sessionevents_close(&session->events, EVENTS_PATIENCE);
	if (rc == 0)
		return;
	consolenotice(&session->notice, "events were lost: %s", strerror(rc));
	if (session->end->code == 0)
		session->end->code = 255;
}

/* Who sees standard output has read there why, and need not twice. */
static bool
is_told(const struct session *session)
{
	return session->voice.told && session->output.error == 0 && isatty(STDOUT_FILENO);
}

/* Who reads messages is waited for, unless a signal comes, or was the end. */
static bool
has_reader(const struct session *session)
{
	struct pollfd looks[] = { { .fd = STDERR_FILENO, .events = POLLOUT },
	    { .fd = session->signals.fd, .events = POLLIN } };

	poll(looks, ARRAY_LEN(looks), session->end->signal != 0 ? 0 : -1);
	return looks[0].revents != 0;
}

static void
say_last(const struct session *session)
{
	while (consolenotice_holds(&session->notice) && has_reader(session))
		consolenotice_flush(&session->notice);
}

/* The link before the loop that it is in; signals last, so that none ends this process with a raw terminal. */
static void
tear_down(struct session *session)
{
	sessionlink_close(&session->link);
	network_close(&session->network);
	wakeup_close(&session->wakeup);
	sessionrecovery_clear(&session->recovery);
	sessionask_end(&session->farewell);
	sessionask_clear(&session->farewell);
	sessiondatakey_clear(&session->data_key);
	forwarding_end(session);
	consoleinput_clear(&session->input);
	consolestatusline_hide(&session->outage.line);
	lines_last(session);
	consoleoutput_clear(&session->output);
	sessionvoice_clear(&session->voice);
	consoleterminal_restore(&session->terminal);
	say_last(session);
	if (session->err.rc != SSM_OK && !is_told(session) && (session->plan->cli->quiet || has_reader(session)))
		cli_message(session->plan->cli, &session->err, 0, VIEW_NONE);
	tell_left(session);
	close_events(session);
	say_last(session);
	bytes_clear(&session->held);
	channel_free(session->channel);
	digest_free(session->digest);
	loop_close(&session->loop);
	signals_stop(&session->signals);
	for (size_t i = 0; i < ARRAY_LEN(session->addresses); i++)
		sessionaddress_clear(&session->addresses[i]);
	bytes_clear(&session->id);
	bytes_clear(&session->region);
	ssm_error_clear(&session->loss);
	ssm_error_clear(&session->outage.trouble);
	ssm_error_clear(&session->err);
}

void
session_run(const struct session_plan *plan, struct session_end *end)
{
	struct session session = { .plan = plan, .end = end, .loop = { .fd = -1 }, .signals = SIGNALS_INIT,
	    .signalled = { .fd = -1 }, .addresses = { SESSIONADDRESS_INIT, SESSIONADDRESS_INIT }, .link = SESSIONLINK_INIT,
	    .network = NETWORK_INIT, .wakeup = WAKEUP_INIT,
	    .listen = PORTSLISTEN_INIT, .input = CONSOLEINPUT_INIT, .output = CONSOLEOUTPUT_INIT, .voice = SESSIONVOICE_INIT,
	    .events = SESSIONEVENTS_INIT,
	    .held = BYTES_INIT(CONSOLENOTICE_HELD_MAX), .terminal = { .fd = -1 }, .recovery = SESSIONRECOVERY_INIT,
	    .outage = SESSIONOUTAGE_INIT, .farewell = SESSIONASK_INIT, .data_key = SESSIONDATAKEY_INIT,
	    .id = BYTES_INIT(SESSIONDOCUMENT_ID_MAX), .region = BYTES_INIT(SESSIONDOCUMENT_ID_MAX),
	    .exit_code = SESSION_NO_EXIT_CODE, .loss = SSM_ERROR_INIT, .err = SSM_ERROR_INIT, .reason = "Failed" };
	enum ssm_err rc = set_up(&session);

	if (rc == SSM_OK)
		work(&session);
	else
		end->code = ssm_exit_code(rc);
	tear_down(&session);
}
