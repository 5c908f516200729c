#include "stream/upgrade.h"

#include "core/base64.h"
#include "sign/digest.h"

#define SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SWITCHING 101

static enum ssm_err
make_key(struct upgrade *upgrade, struct bytes *key, const unsigned char random[UPGRADE_RANDOM],
    struct ssm_error *err)
{
	struct bytes accept = BYTES_INIT(UPGRADE_ACCEPT_LEN);
	unsigned char hash[DIGEST_SHA1_LEN];
	enum ssm_err rc;

	base64_add(key, (struct view){ (const char *)random, UPGRADE_RANDOM });
	bytes_add(key, VIEW(SUFFIX));
	if (bytes_failed(key))
		return ssm_fail_memory(err);
	if ((rc = digest_sha1(hash, bytes_view(key), err)) != SSM_OK)
		return rc;
	base64_add(&accept, (struct view){ (const char *)hash, sizeof hash });
	if (bytes_failed(&accept))
		rc = ssm_fail_memory(err);
	else
		memcpy(upgrade->accept, accept.ptr, UPGRADE_ACCEPT_LEN);
	bytes_clear(&accept);
	return rc;
}

/* What may stand in a line of the request: no control character; in its first line no blank either. */
static bool
fits(struct view text, char least)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < (unsigned char)least || text.ptr[i] == 0x7F)
			return false;
	return true;
}

static bool
is_sound(const struct upgrade_plan *request)
{
	bool sound = request->target.len > 0 && request->target.ptr[0] == '/' && fits(request->target, '!') &&
	    request->host.len > 0 && fits(request->host, '!') && fits(request->user_agent, ' ');

	for (size_t i = 0; i < request->count; i++)
		sound = sound && header_field_is_token(request->fields[i].name) && fits(request->fields[i].value, ' ');
	return sound;
}

static void
add_field(struct bytes *out, struct view name, struct view value)
{
	if (value.len == 0)
		return;
	bytes_add(out, name);
	bytes_add(out, VIEW(": "));
	bytes_add(out, value);
	bytes_add(out, VIEW("\r\n"));
}

enum ssm_err
upgrade_write(struct upgrade *upgrade, struct bytes *out, const struct upgrade_plan *request,
    const unsigned char random[UPGRADE_RANDOM], struct ssm_error *err)
{
	struct bytes key = BYTES_INIT(UPGRADE_KEY_LEN + sizeof SUFFIX);
	enum ssm_err rc;

	upgrade_clear(upgrade);
	upgrade->response.body.max = UPGRADE_BODY_MAX;
	if ((rc = make_key(upgrade, &key, random, err)) == SSM_OK && !is_sound(request))
		rc = ssm_fail(err, SSM_E_INPUT, "InvalidInput", "what cannot stand in a request to upgrade");
	if (rc == SSM_OK) {
		bytes_add(out, VIEW("GET "));
		bytes_add(out, request->target);
		bytes_add(out, VIEW(" HTTP/1.1\r\n"));
		add_field(out, VIEW("Host"), request->host);
		add_field(out, VIEW("User-Agent"), request->user_agent);
		add_field(out, VIEW("Connection"), VIEW("Upgrade"));
		add_field(out, VIEW("Upgrade"), VIEW("websocket"));
		add_field(out, VIEW("Sec-WebSocket-Version"), VIEW("13"));
		add_field(out, VIEW("Sec-WebSocket-Key"), view_slice(bytes_view(&key), 0, UPGRADE_KEY_LEN));
		for (size_t i = 0; i < request->count; i++)
			add_field(out, request->fields[i].name, request->fields[i].value);
		bytes_add(out, VIEW("\r\n"));
		rc = bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
	}
	bytes_clear(&key);
	return rc;
}

static enum upgrade_status
wrong(struct upgrade *upgrade, const char *why)
{
	upgrade->why = why;
	return upgrade->status = UPGRADE_WRONG;
}

/* Whether one of the fields of that name has the word in its list. */
static bool
lists(const struct httphead *head, const char *name, struct view word)
{
	for (size_t i = 0; i < head->count; i++) {
		struct view rest = httphead_value(head, i);

		if (!view_is(httphead_name(head, i), name))
			continue;
		while (rest.len > 0)
			if (view_equal_nocase(view_trim(view_take(&rest, ',')), word))
				return true;
	}
	return false;
}

/* It says 101. */
static enum upgrade_status
check_switch(struct upgrade *upgrade)
{
	const struct httphead *head = &upgrade->response.head;

	if (!view_equal_nocase(httphead_find(head, "upgrade"), VIEW("websocket")) ||
	    !lists(head, "connection", VIEW("upgrade")))
		return wrong(upgrade, "the answer switches to no WebSocket");
	if (!view_is(httphead_find(head, "sec-websocket-accept"), upgrade->accept))
		return wrong(upgrade, "the answer is not to this request: its Sec-WebSocket-Accept is another");
	if (httphead_find(head, "sec-websocket-extensions").len > 0 ||
	    httphead_find(head, "sec-websocket-protocol").len > 0)
		return wrong(upgrade, "the answer has an extension or a protocol that nobody asked for");
	return upgrade->status = UPGRADE_DONE;
}

/* A line of blanks ends a head for some and for others not. */
static enum upgrade_status
take_line(struct upgrade *upgrade, struct view line)
{
	struct httphead *head = &upgrade->response.head;
	bool blank = view_trim(line).len == 0;

	if (blank && !view_is(line, "\r\n") && !view_is(line, "\n"))
		return wrong(upgrade, "a line of blanks in the head of the answer");
	if (head->size == 0 && !view_starts(line, VIEW("HTTP/1.1 ")) && !view_starts(line, VIEW("HTTP/1.0 ")))
		return wrong(upgrade, "what came is no HTTP");
	if (blank && head->status == SWITCHING)
		return check_switch(upgrade);
	if (!httphead_line(head, line))
		return wrong(upgrade, head->why);
	return UPGRADE_GOES_ON;
}

/* Takes bytes of the head, up to the end of a line. */
static enum upgrade_status
take_head(struct upgrade *upgrade, struct view *rest)
{
	struct view part = view_take_line(rest);
	enum upgrade_status status = UPGRADE_GOES_ON;

	bytes_add(&upgrade->line, part);
	if (bytes_failed(&upgrade->line))
		return wrong(upgrade, "a head that is too long");
	if (part.ptr[part.len - 1] == '\n') {
		status = take_line(upgrade, bytes_view(&upgrade->line));
		bytes_reset(&upgrade->line);
	}
	return status;
}

/* Takes bytes of a refusal's body; there are always enough when it is over, cannot be read, or fills its room. */
static enum upgrade_status
take_body(struct upgrade *upgrade, struct view *rest)
{
	struct response *response = &upgrade->response;
	size_t room = response->body.max - response->body.len;
	struct view part = *rest;

	if (response->head.has_length && response->head.length - response->body.len < room)
		room = response->head.length - response->body.len;
	if (part.len > room)
		part.len = room;		/* of chunks, too: so many bytes have no more of the body */
	if (!response_add(response, part) || response->body.len == response->body.max)
		return upgrade->status = UPGRADE_REFUSED;
	*rest = view_slice(*rest, part.len, rest->len);
	return UPGRADE_GOES_ON;
}

enum upgrade_status
upgrade_take(struct upgrade *upgrade, struct view *rest)
{
	while (upgrade->status == UPGRADE_GOES_ON && rest->len > 0) {
		if (!upgrade->response.head.complete)
			take_head(upgrade, rest);
		else
			take_body(upgrade, rest);
		if (upgrade->status == UPGRADE_GOES_ON && response_is_whole(&upgrade->response))
			upgrade->status = UPGRADE_REFUSED;
	}
	return upgrade->status;
}

enum upgrade_status
upgrade_end(struct upgrade *upgrade)
{
	if (upgrade->status != UPGRADE_GOES_ON)
		return upgrade->status;
	if (upgrade->response.head.complete)
		return upgrade->status = UPGRADE_REFUSED;
	return wrong(upgrade, upgrade->response.head.size == 0 && upgrade->line.len == 0 ?
	    "no answer came" : "the answer is not whole");
}

void
upgrade_clear(struct upgrade *upgrade)
{
	bytes_clear(&upgrade->line);
	response_clear(&upgrade->response);
	*upgrade = (struct upgrade)UPGRADE_INIT;
}
