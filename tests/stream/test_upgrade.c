#include "stream/upgrade.h"
#include "tap.h"

/* RFC 6455's own key, and what is answered to it. */
static const unsigned char key[UPGRADE_RANDOM + 1] = "the sample nonce";
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define GOOD "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nconnection: keep-alive, UPGRADE\r\n" \
	"Sec-WebSocket-Accept: " ACCEPT "\r\n"

static void
start(struct upgrade *upgrade, struct bytes *out)
{
	const struct header_field fields[] = {
		{ VIEW("authorization"), VIEW("AWS4-HMAC-SHA256 x") }, { VIEW("x-amz-date"), VIEW("20150830T123600Z") },
	};
	const struct upgrade_plan request = { .target = VIEW("/v1/data-channel/a@b?role=x&cell-number=a+b/=="),
	    .host = VIEW("h.example"), .user_agent = VIEW("ua/1 x"), .fields = fields, .count = ARRAY_LEN(fields) };
	struct ssm_error err = SSM_ERROR_INIT;

	*upgrade = (struct upgrade)UPGRADE_INIT;
	if (upgrade_write(upgrade, out, &request, key, &err) != SSM_OK)
		diag("%s", err.message);
}

static void
test_request(void)
{
	struct bytes out = BYTES_INIT(4096);
	struct upgrade upgrade;

	start(&upgrade, &out);
	is_view(bytes_view(&out), VIEW("GET /v1/data-channel/a@b?role=x&cell-number=a+b/== HTTP/1.1\r\nHost: h.example\r\n"
	    "User-Agent: ua/1 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: AWS4-HMAC-SHA256 x\r\n"
	    "x-amz-date: 20150830T123600Z\r\n\r\n"), "the request, its target byte for byte");
	is_text(upgrade.accept, ACCEPT, "what RFC 6455 has for its key");
	upgrade_clear(&upgrade);
	bytes_clear(&out);
}

static void
test_what_breaks_a_request(void)
{
	const struct {
		struct view target, host, agent, name, value;
	} rows[] = {
		{ VIEW("/a b"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW("/a\r\nX: y"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW(""), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW("a"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW("/"), VIEW(""), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW("/"), VIEW("h\n"), VIEW("u"), VIEW("n"), VIEW("v") },
		{ VIEW("/"), VIEW("h"), VIEW("u\r"), VIEW("n"), VIEW("v") },
		{ VIEW("/"), VIEW("h"), VIEW("u"), VIEW("n:"), VIEW("v") },
		{ VIEW("/"), VIEW("h"), VIEW("u"), VIEW(""), VIEW("v") },
		{ VIEW("/"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v\nw") },
		{ VIEW("/"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("v\0w") },
		{ VIEW("/"), VIEW("h"), VIEW("u"), VIEW("n"), VIEW("\x7f") },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct header_field field = { rows[i].name, rows[i].value };
		const struct upgrade_plan request = { rows[i].target, rows[i].host, rows[i].agent, &field, 1 };
		struct upgrade upgrade = UPGRADE_INIT;
		struct ssm_error err = SSM_ERROR_INIT;
		struct bytes out = BYTES_INIT(4096);

		ok(upgrade_write(&upgrade, &out, &request, key, &err) == SSM_E_INPUT && out.len == 0, "row %zu is refused", i);
		ssm_error_clear(&err);
		upgrade_clear(&upgrade);
		bytes_clear(&out);
	}
}

/* What comes of an answer that is cut at one place, and its end. */
static enum upgrade_status
answer(struct upgrade *upgrade, struct view text, size_t cut, struct view *rest)
{
	struct bytes out = BYTES_INIT(4096);
	struct view first = view_slice(text, 0, cut);
	enum upgrade_status status;

	start(upgrade, &out);
	bytes_clear(&out);
	status = upgrade_take(upgrade, &first);
	*rest = (struct view){ first.ptr, first.len + text.len - cut };
	return status != UPGRADE_GOES_ON ? status : upgrade_take(upgrade, rest);
}

static void
test_answers(void)
{
	const struct {
		struct view text;
		enum upgrade_status status;
		const char *why;
	} rows[] = {
		{ VIEW(GOOD "\r\n\x81\x00"), UPGRADE_DONE, NULL },
		{ VIEW("HTTP/1.1 100 Continue\r\n\r\n" GOOD "\r\n\x81\x00"), UPGRADE_DONE, NULL },
		{ VIEW("HTTP/1.1 101\nconnection:upgrade\nupgrade:websocket\nsec-websocket-accept:" ACCEPT "\n\n\x81\x00"),
		    UPGRADE_DONE, NULL },
		{ VIEW(GOOD), UPGRADE_GOES_ON, NULL },
		{ VIEW("HTTP/1.1 101 x\r\n\r\n"), UPGRADE_WRONG, "the answer switches to no WebSocket" },
		{ VIEW("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n"), UPGRADE_WRONG,
		    "the answer switches to no WebSocket" },
		{ VIEW("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"), UPGRADE_WRONG,
		    "the answer switches to no WebSocket" },
		{ VIEW("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"),
		    UPGRADE_WRONG, "the answer is not to this request: its Sec-WebSocket-Accept is another" },
		{ VIEW(GOOD "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), UPGRADE_WRONG,
		    "the answer has an extension or a protocol that nobody asked for" },
		{ VIEW(GOOD "Sec-WebSocket-Protocol: x\r\n\r\n"), UPGRADE_WRONG,
		    "the answer has an extension or a protocol that nobody asked for" },
		{ VIEW(GOOD " folded\r\n\r\n"), UPGRADE_WRONG, "a line of the head that is no field" },
		{ VIEW(GOOD " \r\n\r\n"), UPGRADE_WRONG, "a line of blanks in the head of the answer" },
		{ VIEW("SSH-2.0-x\r\n"), UPGRADE_WRONG, "what came is no HTTP" },
		{ VIEW("HTTP/2 101 x\r\n"), UPGRADE_WRONG, "what came is no HTTP" },
		{ VIEW("\r\n"), UPGRADE_WRONG, "what came is no HTTP" },
	};
	struct upgrade upgrade;
	struct view rest;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t wrong = 0;

		for (size_t cut = 0; cut <= rows[i].text.len; cut++) {
			enum upgrade_status status = answer(&upgrade, rows[i].text, cut, &rest);

			wrong += status != rows[i].status || (rows[i].why != NULL && strcmp(upgrade.why, rows[i].why) != 0) ||
			    (status == UPGRADE_DONE && rest.len != 2);
			upgrade_clear(&upgrade);
		}
		is_number(wrong, 0, "answer %zu, cut anywhere: %s", i, rows[i].why == NULL ? "taken" : rows[i].why);
	}
}

static void
test_refusals(void)
{
	const struct {
		struct view text;
		bool ended;		/* and that by itself */
		int status;
		const char *body;
	} rows[] = {
		{ VIEW("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!\nmore"), true, 403, "no!\n" },
		{ VIEW("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), true, 403, "" },
		{ VIEW("HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), true, 503, "abc" },
		{ VIEW("HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX"), true, 503, "ab" },
		{ VIEW("HTTP/1.1 400 x\r\n\r\nuntil it ends"), false, 400, "until it ends" },
		{ VIEW("HTTP/1.1 400 x\r\nContent-Length: 9\r\n\r\ncut"), false, 400, "cut" },
		{ VIEW("HTTP/1.0 302 x\r\nLocation: https://elsewhere\r\nContent-Length: 0\r\n\r\n"), true, 302, "" },
	};
	struct upgrade upgrade;
	struct view rest;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t wrong = 0;

		for (size_t cut = 0; cut <= rows[i].text.len; cut++) {
			enum upgrade_status status = answer(&upgrade, rows[i].text, cut, &rest);

			wrong += status != (rows[i].ended ? UPGRADE_REFUSED : UPGRADE_GOES_ON) ||
			    upgrade_end(&upgrade) != UPGRADE_REFUSED || upgrade.response.head.status != rows[i].status ||
			    !view_is(bytes_view(&upgrade.response.body), rows[i].body);
			upgrade_clear(&upgrade);
		}
		is_number(wrong, 0, "refusal %zu, cut anywhere", i);
	}
}

static void
test_limits(void)
{
	struct bytes text = BYTES_INIT(200000);
	struct upgrade upgrade;
	struct view rest;

	bytes_add(&text, VIEW("HTTP/1.1 403 x\r\n\r\n"));
	for (int i = 0; i < 5000; i++)
		bytes_add(&text, VIEW("\x1b[31m"));
	ok(answer(&upgrade, bytes_view(&text), 100, &rest) == UPGRADE_REFUSED &&
	    upgrade.response.body.len == UPGRADE_BODY_MAX, "of a long body the beginning is kept");
	upgrade_clear(&upgrade);
	bytes_reset(&text);
	bytes_add(&text, VIEW("HTTP/1.1 101 x\r\nx: "));
	for (int i = 0; i < 5000; i++)
		bytes_add(&text, VIEW("....."));
	ok(answer(&upgrade, bytes_view(&text), 100, &rest) == UPGRADE_WRONG, "a line that is too long");
	is_text(upgrade.why, "a head that is too long", "is refused");
	upgrade_clear(&upgrade);
	bytes_reset(&text);
	bytes_add(&text, VIEW("HTTP/1.1 101 x\r\n"));
	for (int i = 0; i < 129; i++)
		bytes_add(&text, VIEW("a: b\r\n"));
	ok(answer(&upgrade, bytes_view(&text), 100, &rest) == UPGRADE_WRONG, "so are too many fields");
	upgrade_clear(&upgrade);
	bytes_clear(&text);
}

/* However much of it comes at a time. */
static void
test_long_chunk(void)
{
	const struct view head = VIEW("HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n");
	struct bytes text = BYTES_INIT(4096), body = BYTES_INIT(UPGRADE_BODY_MAX);
	struct upgrade upgrade;
	struct view rest;
	size_t wrong = 0;

	bytes_add(&text, head);
	for (int i = 0; i < 2048; i++)
		bytes_add_char(&text, (char)('a' + i % 26));
	bytes_add(&body, view_slice(bytes_view(&text), head.len, head.len + UPGRADE_BODY_MAX));
	for (size_t cut = 0; cut <= text.len; cut++) {
		wrong += answer(&upgrade, bytes_view(&text), cut, &rest) != UPGRADE_REFUSED ||
		    !view_equal(bytes_view(&upgrade.response.body), bytes_view(&body));
		upgrade_clear(&upgrade);
	}
	is_number(wrong, 0, "of a long chunk the beginning is kept, cut anywhere");
	bytes_clear(&text);
	bytes_clear(&body);
}

static void
test_ends(void)
{
	struct upgrade upgrade;
	struct view rest;

	answer(&upgrade, VIEW(""), 0, &rest);
	ok(upgrade_end(&upgrade) == UPGRADE_WRONG && strcmp(upgrade.why, "no answer came") == 0, "no answer");
	upgrade_clear(&upgrade);
	answer(&upgrade, VIEW("HTTP/1.1 101"), 3, &rest);
	ok(upgrade_end(&upgrade) == UPGRADE_WRONG && strcmp(upgrade.why, "the answer is not whole") == 0, "half of one");
	upgrade_clear(&upgrade);
}

int
main(void)
{
	test_request();
	test_what_breaks_a_request();
	test_answers();
	test_refusals();
	test_limits();
	test_long_chunk();
	test_ends();
	return done_testing();
}
