#include "session/link.h"

#include <unistd.h>

#include "core/io.h"
#include "session/hush.h"

#define UPGRADE_LIMIT 20000
#define USER_TIMEOUT 25000		/* for TCP to hear of what was sent */
#define PING VIEW("keepalive")

static void
stop_asking(struct sessionlink *link)
{
	link->liveness = (struct liveness)LIVENESS_INIT;
	loop_unset(&link->moment);
}

/* What comes only puts the moment off: that is seen when it is there. */
static void
set_moment(struct sessionlink *link)
{
	uint64_t due = liveness_due(&link->liveness);

	if (due != LIVENESS_NEVER && (link->moment.list == NULL || due < link->moment.at))
		loop_set(link->loop, &link->moment, due);
}

static void
let_go(struct sessionlink *link)
{
	stop_asking(link);
	upgrade_request_free(link->request);
	link->request = NULL;
	link->ahead = false;
	if (link->connection != NULL)
		connection_close(link->connection);
}

/* Once a connection: a signature that fails and a connection that does are one loss. */
static void
lose(struct sessionlink *link, const struct ssm_error *why)
{
	let_go(link);
	if (!link->asked)
		return;
	link->asked = false;
	link->calls.lost(link->calls.owner, why);
}

static void
fall_silent(struct sessionlink *link)
{
	ssm_fail(&link->why, SSM_E_AGAIN, "ConnectionClosedError", "the connection to %.*s has fallen silent",
	    VIEW_ARG_CUT(link->plan.host, URL_LEN_MAX / 8));
	lose(link, &link->why);
}

static void
ask(struct sessionlink *link)
{
	uint64_t now = loop_now(link->loop);

	for (;;)
		switch (liveness_next(&link->liveness, now)) {
		case LIVENESS_PING:
			connection_ping(link->connection, PING);
			break;
		case LIVENESS_LOST:
			fall_silent(link);
			return;
		case LIVENESS_NOTHING:
			set_moment(link);
			return;
		}
}

static void
on_moment(void *owner)
{
	ask(owner);
}

static void
on_opened(void *owner)
{
	struct sessionlink *link = owner;

	connection_user_timeout(link->connection, USER_TIMEOUT);
	liveness_opened(&link->liveness, link->how.ping, loop_now(link->loop));
	link->calls.opened(link->calls.owner);
	ask(link);
}

static void
on_message(void *owner, struct view message, bool text)
{
	const struct sessionlink *link = owner;

	link->calls.message(link->calls.owner, message, text);
}

static void
on_alive(void *owner)
{
	struct sessionlink *link = owner;

	liveness_heard(&link->liveness, loop_now(link->loop));
}

static void
on_answered(void *owner)
{
	struct sessionlink *link = owner;

	liveness_answered(&link->liveness, loop_now(link->loop));
}

static void upgrade(struct sessionlink *link);

/* Ahead of its request it is no loss. Whoever closes the connection may quote what came over it. */
static void
on_lost(void *owner, const struct connection_loss *why)
{
	struct sessionlink *link = owner;
	const struct sessionask_how *how = link->how.ask;

	if (link->ahead && !why->sent) {
		let_go(link);
		if (link->asked)
			upgrade(link);
		return;
	}
	ssm_fail(&link->why, why->err.rc, why->err.code, "%s", why->err.message);
	sessionhush_text(&link->why, how->secret);
	link->closed = why->close_code != 0;
	if (link->closed)
		sessionhush_words(&link->why, link->plan.host, view_of(how->session_id));
	lose(link, &link->why);
}

/* The turn of the loop is over, and what waits is sent. */
static void
on_drained(void *owner)
{
	(void)owner;
}

void
sessionlink_open(struct sessionlink *link, struct loop *loop, const struct sessionlink_how *how,
    const struct sessionlink_calls *calls)
{
	link->loop = loop;
	link->how = *how;
	link->calls = *calls;
	link->moment = (struct loop_timer){ .due = on_moment, .owner = link };
}

/* Keys that cannot be had now may be next time; that there are none is no failure yet. */
static void
on_signed(void *owner, enum upgrade_request_result result, const struct header_field *fields, size_t count,
    const struct ssm_error *err)
{
	struct sessionlink *link = owner;

	if (result == UPGRADE_REQUEST_FAILED) {
		ssm_fail(&link->why, err->rc, err->code, "%s", err->message);
		lose(link, &link->why);
		return;
	}
	if (result == UPGRADE_REQUEST_NO_KEYS && io_writable(STDERR_FILENO))
		cli_warn(link->how.ask->cli, "connecting without a signature: %s", err->message);
	connection_upgrade(link->connection, fields, count);
	upgrade_request_free(link->request);
	link->request = NULL;
}

/* False when it is lost with that. */
static bool
sign(struct sessionlink *link)
{
	const struct sessionaddress *address = link->address;
	const struct sessionask_how *how = link->how.ask;
	const struct upgrade_request_calls calls = { .done = on_signed, .owner = link };
	const struct upgrade_request_plan plan = { .cli = how->cli,
	    .profile = how->options->values[CALLOPTION_PROFILE], .mask = how->mask, .scheme = address->url.scheme,
	    .host = bytes_view(&address->host), .target = sessionaddress_target(address),
	    .region = view_of(link->how.region) };

	if (upgrade_request_start(&link->request, link->loop, &plan, &calls, &link->why) == SSM_OK)
		return true;
	lose(link, &link->why);
	return false;
}

/* The first one starts libcurl and libcrypto. */
static bool
make_connection(struct sessionlink *link)
{
	const struct connection_calls own = { .dialled = on_drained, .opened = on_opened, .message = on_message,
	    .alive = on_alive, .answered = on_answered, .drained = on_drained, .lost = on_lost, .owner = link };

	if (link->connection != NULL || connection_new(&link->connection, link->loop, &own, &link->why) == SSM_OK)
		return true;
	lose(link, &link->why);
	return false;
}

/* False when it is lost with that. */
static bool
dial(struct sessionlink *link)
{
	const struct calloptions *options = link->how.ask->options;
	const struct sessionaddress *address = link->address;

	if (!make_connection(link))
		return false;
	link->plan = (struct connection_plan){ .address = &address->url,
	    .host = bytes_view(&address->host), .proxy = bytes_view(&address->proxy),
	    .ca_bundle = *link->how.ca_bundle == '\0' ? NULL : link->how.ca_bundle,
	    .no_verify = calloptions_has(options, CALLOPTION_NO_VERIFY_SSL),
	    .user_agent = view_of(link->how.user_agent),
	    .connect_timeout = calloptions_number(options, CALLOPTION_CONNECT_TIMEOUT) * 1000,
	    .upgrade_timeout = UPGRADE_LIMIT };
	connection_dial(link->connection, &link->plan);
	return true;
}

/* On what was dialled ahead, or is now: ssm-sign starts first, then libcurl. */
static void
upgrade(struct sessionlink *link)
{
	if ((link->to_sign && !sign(link)) || (!link->ahead && !dial(link)))
		return;
	link->plan.target = sessionaddress_target(link->address);
	if (!link->to_sign)
		connection_upgrade(link->connection, NULL, 0);
}

void
sessionlink_dial(struct sessionlink *link, const struct sessionaddress *address)
{
	let_go(link);
	link->address = address;
	link->asked = false;
	link->ahead = dial(link);
}

void
sessionlink_abandon(struct sessionlink *link)
{
	if (link->ahead && !link->asked)
		let_go(link);
}

void
sessionlink_upgrade(struct sessionlink *link, const struct sessionaddress *address, bool to_sign)
{
	if (!link->ahead || !sessionaddress_shares_host(link->address, address))
		let_go(link);
	link->address = address;
	link->to_sign = to_sign;
	link->asked = true;
	link->closed = false;
	upgrade(link);
}

size_t
sessionlink_room(const struct sessionlink *link)
{
	return link->connection == NULL ? 0 : connection_room(link->connection);
}

void
sessionlink_send(struct sessionlink *link, struct view message, bool text)
{
	connection_send(link->connection, message, text);
}

static bool
is_open(const struct sessionlink *link)
{
	return link->connection != NULL && connection_state(link->connection) == CONNECTION_OPEN;
}

void
sessionlink_waits(struct sessionlink *link, uint64_t since)
{
	if (!is_open(link) || since == link->liveness.since)
		return;
	liveness_waits(&link->liveness, since);
	set_moment(link);
}

void
sessionlink_check(struct sessionlink *link)
{
	if (!is_open(link))
		return;
	liveness_again(&link->liveness, loop_now(link->loop));
	set_moment(link);
}

void
sessionlink_doubt(struct sessionlink *link)
{
	uint64_t now = loop_now(link->loop);

	if (is_open(link))
		liveness_changed(&link->liveness, now);
	else if (link->asked)
		liveness_limit(&link->liveness, now);
	set_moment(link);
}

void
sessionlink_hold(struct sessionlink *link, bool held)
{
	if (!is_open(link) || held == link->liveness.held)
		return;
	liveness_hold(&link->liveness, held, loop_now(link->loop));
	connection_hold(link->connection, held);
	set_moment(link);
}

void
sessionlink_close(struct sessionlink *link)
{
	let_go(link);
	connection_free(link->connection);
	link->connection = NULL;
	ssm_error_clear(&link->why);
}
