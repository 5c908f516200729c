#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "answerfault.h"
#include "clock.h"
#include "proxy.h"
#include "responsemeta.h"
#include "settings_tell.h"
#include "signatureage.h"

#define RESULT_MAX ((size_t)24 * 1024 * 1024)

static const struct call call_init = { .rc = SSM_OK, .result = BYTES_INIT(RESULT_MAX),
	.err = SSM_ERROR_INIT, .text = BYTES_INIT(JSON_DOCUMENT_MAX), .document = JSON_DOC_INIT,
	.request = REQUEST_INIT, .expected = EXPECTATION_INIT, .transfer = TRANSFER_INIT,
	.retry = RETRY_INIT, .outgoing = OUTGOING_INIT, .proxy = BYTES_INIT(PROXY_URL_MAX) };

struct call *
call_new(size_t number)
{
	struct call *call = malloc(sizeof *call);

	if (call != NULL) {
		*call = call_init;
		call->number = number;
	}
	return call;
}

static void
let_go(struct call_choice *choice)
{
	if (choice == NULL || --choice->users > 0)
		return;
	callsettings_clear(&choice->settings);
	free(choice);
}

/* What only sending takes. */
static void
release(struct call *call)
{
	outgoing_clear(&call->outgoing);
	transfer_clear(&call->transfer);
	expectation_clear(&call->expected);
	request_clear(&call->request);
	bytes_clear(&call->proxy);
	let_go(call->choice);
	call->choice = NULL;
}

void
call_free(struct call *call)
{
	if (call == NULL)
		return;
	release(call);
	json_clear(&call->document);
	bytes_clear(&call->text);
	bytes_clear(&call->result);
	ssm_error_clear(&call->err);
	free(call);
}

void
call_world_start(struct call_world *world, double rate)
{
	double now = (double)clock_ms();

	world->quota = (struct retry_quota)RETRY_QUOTA_INIT;
	world->rate = (struct sendrate)SENDRATE_INIT;
	if (rate > 0)
		sendrate_start(&world->rate, rate, now);
	adaptiverate_start(&world->adaptive, now);
}

void
call_world_clear(struct call_world *world)
{
	let_go(world->choice);
	world->choice = NULL;
}

static enum call_step
done(struct call *call, enum ssm_err rc)
{
	call->rc = rc;
	call->done = true;
	release(call);
	return CALL_DONE;
}

void
call_fail(struct call *call, struct ssm_error *err)
{
	ssm_error_clear(&call->err);
	call->err = *err;
	*err = (struct ssm_error)SSM_ERROR_INIT;
	done(call, call->err.rc);
}

struct view
call_id(const struct call *call)
{
	const struct json_member *id = json_member(&call->document, "id");

	return id == NULL ? VIEW_NONE : id->raw;
}

/* The choice for this profile: the newest one, or one of its own. */
static enum ssm_err
choose_profile(struct call *call, struct call_world *world)
{
	struct view profile = call->request.profile;
	struct call_choice *choice = world->choice;
	enum ssm_err rc;

	if (choice == NULL || !view_equal(bytes_view(&choice->settings.profile), profile)) {
		if ((choice = calloc(1, sizeof *choice)) == NULL)
			return ssm_fail_memory(&call->err);
		choice->settings = (struct callsettings)CALLSETTINGS_INIT;
		choice->users = 1;
		rc = callsettings_choose(&choice->settings, world->cli, &world->options->settings,
		    profile, &call->err);
		if (rc != SSM_OK) {
			let_go(choice);
			return rc;
		}
		let_go(world->choice);
		world->choice = choice;
	}
	choice->users++;
	call->choice = choice;
	return SSM_OK;
}

/* What the time to connect is depends on the request's region too: defaults_mode may say auto. */
static enum ssm_err
choose(struct call *call, struct call_world *world)
{
	const struct call_options *options = world->options;
	struct transfer *transfer = &call->transfer;
	enum ssm_err rc;

	if ((rc = choose_profile(call, world)) != SSM_OK)
		return rc;
	transfer->connect_timeout = options->connect_timeout;
	transfer->read_timeout = options->read_timeout;
	if (options->connect_timeout_given)
		return SSM_OK;
	return settings_connect_timeout(call->choice->settings.settings, call->request.region,
	    &transfer->connect_timeout, &call->err);
}

static void
tell_way(const struct call *call, const struct call_world *world)
{
	const struct url *url = &call->request.url;
	struct setting_value value = { .text = bytes_view(&call->proxy) };

	if (call->proxy.len > 0) {
		snprintf(value.origin, sizeof value.origin, "the environment's %.*s_proxy",
		    VIEW_ARG(url->scheme));
		settings_tell_value(world->cli, "proxy", &value);
	}
	if (view_equal_nocase(url->scheme, VIEW("http")) && !url_host_is_loopback(url->host))
		cli_verbose(world->cli, "'%.*s' is reached without TLS", VIEW_ARG(url->host));
}

static bool
draw(void *to, size_t len)
{
	return getrandom(to, len, 0) == (ssize_t)len;
}

static enum ssm_err
prepare(struct call *call, struct call_world *world)
{
	struct callsettings *chosen = &call->choice->settings;
	unsigned char random[OUTGOING_ID_BYTES];

	if (!draw(random, sizeof random))
		return ssm_fail(&call->err, SSM_E_OTHER, "RandomError", "no random numbers to be had");
	outgoing_name(&call->outgoing, random);
	call->outgoing.user_agent = chosen->user_agent;
	call->retry.mode = call->expected.mode = chosen->retry_mode;
	call->transfer.owner = call;
	call->transfer.url = &call->request.url;
	call->transfer.body = call->request.body;
	call->transfer.proxy = call->expected.proxy = bytes_view(&call->proxy);
	if (chosen->ca_bundle.len > 0)
		call->transfer.ca_bundle = call->expected.ca_bundle = bytes_cstr(&chosen->ca_bundle);
	tell_way(call, world);
	return SSM_OK;
}

static enum ssm_err
read_request(struct call *call, struct call_world *world)
{
	struct ssm_error *err = &call->err;
	enum ssm_err rc;

	if ((rc = request_from_json(&call->request, &call->document, err)) == SSM_OK &&
	    (rc = outgoing_check(&call->request, err)) == SSM_OK &&
	    (rc = expectation_start(&call->expected, &call->request, err)) == SSM_OK &&
	    (rc = choose(call, world)) == SSM_OK &&
	    (rc = proxy_choose(&call->proxy, &call->request.url, environ, err)) == SSM_OK)
		rc = prepare(call, world);
	return rc;
}

enum call_step
call_open(struct call *call, struct call_world *world, struct view text,
    const struct json_scan *scan)
{
	enum ssm_err rc;

	bytes_set(&call->text, text);
	if (bytes_failed(&call->text))
		return done(call, ssm_fail_memory(&call->err));
	if ((rc = json_adopt(&call->document, bytes_view(&call->text), scan, &call->err)) != SSM_OK)
		return done(call, rc);
	if (json_kind(json_member(&call->document, "Error")) == JSON_OBJECT) {
		bytes_set(&call->result, bytes_view(&call->text));
		return done(call, SSM_OK);
	}
	call->extras = (struct answer_extras){ .id = call_id(call), .metadata = world->options->metadata,
	    .timing = world->options->timing };
	rc = read_request(call, world);
	return rc == SSM_OK ? CALL_SEND : done(call, rc);
}

/* What is left of the time for this call into *left, 0 when there is no limit; false when it is over. */
static bool
has_time(const struct call *call, const struct call_world *world, unsigned *left)
{
	unsigned limit = world->options->max_time;
	uint64_t spent = clock_ms() - call->start;

	*left = limit == 0 || spent >= limit ? 0 : limit - (unsigned)spent;
	return limit == 0 || spent < limit;
}

/* One line: never a header field's value (but the request id) nor a piece of a body. */
static void
tell_attempt(const struct call *call, const struct call_world *world)
{
	const struct answer *answer = &call->transfer.answer;
	struct view id = responsemeta_request_id(&answer->head), host = call->request.url.host;
	const char *kept = call->transfer.kept ? ", kept connection" : "";

	if (answer->failure != ANSWER_CAME)
		cli_verbose(world->cli, "'%.*s': attempt %u: no answer in %u ms: %s", VIEW_ARG(host),
		    call->retry.attempts, call->transfer.took, answer->reason);
	else
		cli_verbose(world->cli, "'%.*s': attempt %u: HTTP status %d in %u ms%s, request id %.*s",
		    VIEW_ARG(host), call->retry.attempts, answer->head.status, call->transfer.took, kept,
		    id.len > 0 ? (int)id.len : 4, id.len > 0 ? id.ptr : "none");
}

/* Sets when the next attempt is to be made; false when the time for it is not there, or it would come too late. */
static bool
back_off(struct call *call, const struct call_world *world)
{
	long long now = signatureage_now(&call->transfer.answer.head, call->extras.now);
	unsigned number, wait, left;

	if (!draw(&number, sizeof number))
		return false;
	wait = retry_delay(&call->retry, (double)number / 4294967296.0,
	    retry_after(&call->transfer.answer.head, (time_t)(call->extras.now / 1000)));
	if (!has_time(call, world, &left) || (left != 0 && wait >= left))
		return false;
	if (signatureage_is_over(&call->request, now, wait)) {
		signatureage_fail(&call->request, now, wait, &call->err);
		return false;
	}
	cli_verbose(world->cli, "waiting %u ms", wait);
	call->due = clock_ms() + wait;
	return true;
}

unsigned
call_hold(const struct call *call, struct call_world *world)
{
	double now = (double)clock_ms();
	unsigned wait = sendrate_wait(&world->rate, now), other = 0;

	if (call->retry.mode == RETRY_ADAPTIVE)
		other = adaptiverate_wait(&world->adaptive, now);
	return wait > other ? wait : other;
}

static void
take_turn(const struct call *call, struct call_world *world)
{
	double now = (double)clock_ms();

	sendrate_take(&world->rate, now);
	if (call->retry.mode == RETRY_ADAPTIVE)
		adaptiverate_take(&world->adaptive, now);
}

enum call_step
call_send(struct call *call, struct call_world *world)
{
	struct transfer *transfer = &call->transfer;
	struct outgoing_attempt number = { .number = call->retry.attempts + 1,
	    .max = call->choice->settings.attempts_max, .now = clock_utc_ms(),
	    .read_timeout = transfer->read_timeout };
	enum ssm_err rc;

	if (call->retry.attempts == 0)
		call->start = clock_ms();
	call->extras.retries = call->retry.attempts++;
	rc = outgoing_set(&call->outgoing, &call->request, &number, &call->err);
	if (rc != SSM_OK)
		return done(call, rc);
	transfer->headers = call->outgoing.headers;
	transfer->header_count = call->outgoing.count;
	if (!has_time(call, world, &transfer->time_left)) {
		answer_reset(&transfer->answer);
		transfer->answer.failure = ANSWER_OUT_OF_TIME;
		return call_answered(call, world);
	}
	take_turn(call, world);
	http_start(world->http, transfer);
	return CALL_SEND;
}

enum call_step
call_answered(struct call *call, struct call_world *world)
{
	struct answer *answer = &call->transfer.answer;
	enum retry_class failure = RETRY_NEVER;
	enum retry_verdict verdict;
	enum ssm_err rc;

	if (answer->failure != ANSWER_OUT_OF_TIME || call->transfer.took > 0)
		tell_attempt(call, world);
	ssm_error_clear(&call->err);
	call->extras.now = clock_utc_ms();
	call->extras.elapsed = (unsigned)(clock_ms() - call->start);
	rc = answer_read(answer, &call->expected, &call->extras, &call->result, &failure, &call->err);
	if (call->retry.mode == RETRY_ADAPTIVE)
		adaptiverate_answered(&world->adaptive, failure == RETRY_THROTTLED, (double)clock_ms());
	if (rc == SSM_OK) {
		retry_succeeded(&call->retry, &world->quota);
		return done(call, rc);
	}
	outgoing_answered(&call->outgoing, &answer->head, call->extras.now);
	verdict = retry_next(&call->retry, &world->quota, call->choice->settings.attempts_max, failure);
	if (verdict == RETRY_USED_UP)
		answerfault_used_up(answer, &call->expected, call->extras.retries, &call->err);
	if (call->extras.timing)
		responsemeta_add_elapsed(&call->err.metadata, call->extras.elapsed);
	return verdict == RETRY_GO && back_off(call, world) ? CALL_WAIT : done(call, call->err.rc);
}
