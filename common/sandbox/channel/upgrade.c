#include "sandbox/channel/upgrade.h"

#include <stdio.h>

#include "aws/partition.h"
#include "core/clock.h"
#include "core/percent.h"
#include "core/url.h"
#include "sandbox/sigv4_verify.h"

#define PATH "/v1/data-channel/"
#define SHOWN_MAX 100
#define FORBIDDEN 403
#define KEY_LEN 24

bool
sandbox_is_upgrade(const struct sandbox_request *request)
{
	return view_is(request->method, "GET") && view_starts(request->path, VIEW(PATH));
}

bool
sandbox_is_stream_host(const struct sandbox_service *service, struct view host)
{
	struct bytes right = BYTES_INIT(256);
	bool is;

	bytes_print(&right, "ssmmessages.%.*s.%s", VIEW_ARG(service->region),
	    partition_of_region(service->region)->dns_suffix);
	is = view_equal_nocase(host, bytes_view(&right));
	bytes_clear(&right);
	return is;
}

static bool
forbid(struct sandbox_answer *answer, const char *why)
{
	snprintf(answer->note, sizeof answer->note, "%s", why);
	sandbox_refuse(answer, FAULT_ACCESS_DENIED, "%s", why);
	answer->status = FORBIDDEN;
	return false;
}

/* Whether one of the words of a header is this one. */
static bool
says(const struct sandbox_request *request, const char *name, const char *word)
{
	struct view rest;

	sandbox_request_header(request, name, &rest);
	while (rest.len > 0)
		if (view_equal_nocase(view_trim(view_take(&rest, ',')), view_of(word)))
			return true;
	return false;
}

static bool
check_websocket(const struct sandbox_request *request, struct sandbox_answer *answer)
{
	struct view key, version;

	sandbox_request_header(request, "sec-websocket-version", &version);
	if (says(request, "upgrade", "websocket") && says(request, "connection", "upgrade") &&
	    sandbox_request_header(request, "sec-websocket-key", &key) == 1 && key.len == KEY_LEN &&
	    view_is(version, "13") && request->body.len == 0)
		return true;
	sandbox_refuse(answer, FAULT_VALIDATION, "This is no request to upgrade to version 13 of a WebSocket.");
	snprintf(answer->note, sizeof answer->note, "no request to upgrade to version 13 of a WebSocket");
	return false;
}

static bool
read_id(struct bytes *id, const struct sandbox_request *request)
{
	return percent_decode(id, view_slice(request->path, sizeof PATH - 1, request->path.len)) && !bytes_failed(id);
}

struct sandbox_channel *
sandbox_upgrade_channel(struct sandbox_service *service, const struct sandbox_request *request)
{
	struct bytes id = BYTES_INIT(SESSION_ID_MAX);
	struct sandbox_channel *channel = NULL;

	if (read_id(&id, request))
		channel = sandbox_channels_find(&service->channels, bytes_view(&id));
	bytes_clear(&id);
	return channel;
}

static struct sandbox_channel *
find_channel(struct sandbox_service *service, const struct sandbox_request *request, struct sandbox_answer *answer)
{
	struct sandbox_channel *channel = sandbox_upgrade_channel(service, request);
	struct bytes id = BYTES_INIT(SESSION_ID_MAX);

	(void)read_id(&id, request);
	snprintf(answer->subject, sizeof answer->subject, "data channel %.*s", VIEW_ARG_CUT(id, SHOWN_MAX));
	bytes_clear(&id);
	if (channel == NULL)
		forbid(answer, "no such session, or none that was started or resumed");
	else if (channel->over)
		forbid(answer, "the session is over");
	return channel == NULL || channel->over ? NULL : channel;
}

static bool
check_cell(const struct sandbox_channel *channel, const struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	struct view rest = request->query, name, value, cell = VIEW_NONE;

	while (url_next_pair(&rest, &name, &value))
		if (view_is(name, "cell-number"))
			cell = value;
	return sandbox_channel_has_cell(channel, cell, now) || forbid(answer, cell.len == 0 ? "no cell-number" :
	    "the cell-number is not that of the last StreamUrl, or has expired");
}

/* The official client signs the query as it reads it, where '+' is a blank. */
static bool
verify_as_blank(const struct sigv4_expected *expected, struct sandbox_request *request,
    struct sandbox_answer *answer)
{
	struct bytes query = BYTES_INIT(SANDBOX_HEAD_MAX * 3);
	struct view rest = request->query, sent = rest;
	bool right;

	while (rest.len > 0) {
		struct view part = view_take(&rest, '+');
		bool cut = part.ptr + part.len < sent.ptr + sent.len;

		bytes_add(&query, part);
		bytes_add(&query, cut ? VIEW("%20") : VIEW_NONE);
	}
	request->query = bytes_view(&query);
	right = sigv4_verify(expected, request, answer);
	request->query = sent;
	bytes_clear(&query);
	return right;
}

static bool
check_signature(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	const struct sigv4_expected expected = { service->region, VIEW("ssmmessages"), service->digest, now };
	struct view authorization;
	bool right = true, plus = view_find(request->query, '+') < request->query.len;

	if (sandbox_request_header(request, "authorization", &authorization) == 0 && !service->signed_channels) {
		snprintf(answer->note, sizeof answer->note, "not signed");
	} else if (plus && verify_as_blank(&expected, request, answer)) {
		snprintf(answer->note, sizeof answer->note, "signed, '+' as a blank");
	} else {
		bytes_reset(&answer->body);
		answer->code = NULL;
		answer->note[0] = '\0';
		if ((right = sigv4_verify(&expected, request, answer)))
			snprintf(answer->note, sizeof answer->note, plus ? "signed, '+' as itself" : "signed");
		answer->status = right ? answer->status : FORBIDDEN;
	}
	return right;
}

/* By a rule, until the session is resumed. */
static void
expire(struct sandbox_service *service, struct sandbox_channel *channel)
{
	const struct fault_session session = sandbox_channel_session(channel);
	unsigned unused;

	if (faults_request(&service->faults, FAULT_KIND_EXPIRED_CELL, &session, clock_ms(), &unused))
		channel->granted = 0;
}

static void
write_head(const struct sandbox_channel *channel, const struct sandbox_request *request,
    struct sandbox_answer *answer)
{
	struct view key;

	sandbox_request_header(request, "sec-websocket-key", &key);
	bytes_reset(&answer->body);
	bytes_add(&answer->body, VIEW("GET /?" SANDBOX_UPGRADE_ID));
	percent_encode(&answer->body, view_of(channel->id), "");
	bytes_add(&answer->body, VIEW(" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "));
	bytes_add(&answer->body, key);
	bytes_add(&answer->body, VIEW("\r\n\r\n"));
	answer->status = 101;
	answer->ending = SANDBOX_UPGRADED;
}

void
sandbox_upgrade(struct sandbox_service *service, struct sandbox_request *request, time_t now,
    struct sandbox_answer *answer)
{
	struct sandbox_channel *channel;

	snprintf(answer->subject, sizeof answer->subject, "data channel");
	if (check_websocket(request, answer) && (channel = find_channel(service, request, answer)) != NULL) {
		expire(service, channel);
		if (check_cell(channel, request, now, answer) && check_signature(service, request, now, answer))
			write_head(channel, request, answer);
	}
	if (answer->ending != SANDBOX_UPGRADED)
		answer->close = true;
}
