#include "plugin/texts.h"

#include "plugin/endpoint.h"
#include "plugin/request.h"
#include "tap.h"

static void
test_session(void)
{
	static const struct {
		enum sessionvoice_event event;
		const char *detail, *text;
	} rows[] = {
		{ SESSIONVOICE_STARTS, "", "\nStarting session with SessionId: a-1\n" },
		{ SESSIONVOICE_TEXT, "This is\nread.", "This is\nread.\n" },
		{ SESSIONVOICE_LISTENS, "8080", "Port 8080 opened for sessionId a-1.\nWaiting for connections...\n" },
		{ SESSIONVOICE_LISTENS, "/tmp/a b",
		    "Unix socket /tmp/a b opened for sessionId a-1.\nWaiting for connections...\n" },
		{ SESSIONVOICE_LISTENS_BASIC, "8080", "Port 8080 opened for sessionId a-1.\n" },
		{ SESSIONVOICE_ACCEPTED, "", "\nConnection accepted for session [a-1]\n" },
		{ SESSIONVOICE_ACCEPTED_BASIC, "", "Connection accepted for session a-1.\n" },
		{ SESSIONVOICE_PORT_FAILED, "", "\nConnection to destination port failed, check SSM Agent logs.\n" },
		{ SESSIONVOICE_INTERRUPTED, "", "Terminate signal received, exiting.\n" },
		{ SESSIONVOICE_ENDED, "", "\n\nExiting session with sessionId: a-1.\n\n" },
		{ SESSIONVOICE_ENDED, "\nno\n", "\n\nSessionId: a-1 : \nno\n\n\n" },
		{ SESSIONVOICE_TIMED_OUT, "", "Session: a-1 timed out.\n" },
		{ SESSIONVOICE_FAILED, "no", "Cannot perform start session: no\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes out = BYTES_INIT(1024);

		plugintexts_of_session(&out, rows[i].event, VIEW("a-1"), view_of(rows[i].detail));
		is_view(bytes_view(&out), view_of(rows[i].text), "line %zu", i + 1);
		bytes_clear(&out);
	}
}

/* Of connections and of ends the first one is told. */
static void
test_voice(void)
{
	struct sessionvoice voice = SESSIONVOICE_INIT;
	struct bytes id = BYTES_INIT(16);

	bytes_add(&id, VIEW("a-1"));
	sessionvoice_say(&voice, SESSIONVOICE_STARTS, VIEW_NONE, SESSIONVOICE_PROGRAM);
	is_number(sessionvoice_waiting(&voice).len, 0, "without words nothing is said");
	sessionvoice_start(&voice, plugintexts_of_session, &id);
	sessionvoice_say(&voice, SESSIONVOICE_ACCEPTED, VIEW_NONE, SESSIONVOICE_PROGRAM);
	sessionvoice_say(&voice, SESSIONVOICE_ACCEPTED, VIEW_NONE, SESSIONVOICE_PROGRAM);
	is_view(sessionvoice_waiting(&voice), VIEW("\nConnection accepted for session [a-1]\n"), "a connection is told once");
	sessionvoice_took(&voice, sessionvoice_waiting(&voice).len);
	sessionvoice_say(&voice, SESSIONVOICE_TIMED_OUT, VIEW_NONE, SESSIONVOICE_RAW_TERMINAL);
	sessionvoice_say(&voice, SESSIONVOICE_ENDED, VIEW("why"), SESSIONVOICE_RAW_TERMINAL);
	is_view(sessionvoice_waiting(&voice), VIEW("Session: a-1 timed out.\r\n"), "so is an end, to a terminal with both characters");
	ok(!voice.told, "and why has not been told");
	sessionvoice_took(&voice, 9);
	is_view(sessionvoice_waiting(&voice), VIEW("a-1 timed out.\r\n"), "what was written is gone");
	sessionvoice_clear(&voice);
	bytes_clear(&id);
}

static void
test_endpoint(void)
{
	static const struct {
		const char *endpoint;
		bool usable;
	} rows[] = {
		{ "https://ssm.eu-west-1.amazonaws.com", true },
		{ "https://ssm-fips.us-gov-west-1.amazonaws.com/", true },
		{ "HTTPS://vpce-0a-1b.ssm.eu-west-1.vpce.amazonaws.com", true },
		{ "https://ssm.example.com:8443", true },
		{ "http://127.0.0.1:8080", true },
		{ "http://localhost:8080", true },
		{ "http://[::1]:8080", true },
		{ "", false },
		{ "http://ssm.eu-west-1.amazonaws.com", false },
		{ "https://ecs.eu-west-1.amazonaws.com", false },
		{ "https://ECS-fips.us-east-1.amazonaws.com", false },
		{ "https://vpce-0a-1b.ecs.eu-west-1.vpce.amazonaws.com", false },
		{ "https://ssmmessages.eu-west-1.amazonaws.com", false },
		{ "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/a-1?role=publish_subscribe", false },
		{ "ws://127.0.0.1:8080", false },
		{ "ssm.eu-west-1.amazonaws.com", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ok(pluginendpoint_is_usable(view_of(rows[i].endpoint)) == rows[i].usable, "'%s' is%s for Systems Manager",
		    rows[i].endpoint, rows[i].usable ? "" : " not");
}

static void
test_request(void)
{
	static const char *const rows[][2] = {
		{ "{\"DocumentName\":\"d\",\"Target\":\"i-1\"}", "i-1" },
		{ "{\"Target\":\"ecs:c_t_\\u0031\"}", "ecs:c_t_1" },
		{ "{\"Target\":\"i\\u0000\"}", "" },
		{ "{\"Target\":7}", "" },
		{ "{\"target\":\"i-1\"}", "" },
		{ "{}", "" },
		{ "[]", "" },
		{ "", "" },
		{ "{\"Target\":\"i-1\"", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes target = BYTES_INIT(64);

		pluginrequest_target(&target, view_of(rows[i][0]));
		ok(view_is(bytes_view(&target), rows[i][1]), "the target of '%s'", rows[i][0]);
		bytes_clear(&target);
	}
}

int
main(void)
{
	test_session();
	test_voice();
	test_endpoint();
	test_request();
	return done_testing();
}
