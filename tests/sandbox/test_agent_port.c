/* agent: sessions with a port: which way they are forwarded, when they take input; and the server's end of smux, alone. */
#include "agent_node.h"
#include "sandbox/agent/mux.h"
#include "sandbox/agent/version.h"
#include "tap.h"

#define NEW_AGENT "3.3.987.0"

/* What the agent says to an answer of a client of that version. */
static const char *
begin(struct node *node, const char *agent, bool forwards, const char *client)
{
	struct bytes answer = BYTES_INIT(200);
	const char *said;

	node_open_port(node, agent, forwards);
	node_look(node);
	bytes_print(&answer, "{\"ClientVersion\":\"%s\"}", client);
	said = node_answer(node, 0, bytes_cstr(&answer));
	bytes_clear(&answer);
	return strrchr(said, 'k') + 4;		/* behind "ack 0 " */
}

static void
test_versions(void)
{
	static const struct {
		const char *agent, *client, *said;
	} cases[] = {
		{ NEW_AGENT, "1.2.764.0", "start=mux " },
		{ NEW_AGENT, "1.2.331.1", "start=mux " },
		{ NEW_AGENT, "1.2.331.0", "start=mux+alive " },
		{ NEW_AGENT, "1.2.0.0", "start=mux+alive " },
		{ NEW_AGENT, "1.1.70", "start=mux+alive " },
		{ NEW_AGENT, "1.1.69.999", "start=basic+alive " },
		{ NEW_AGENT, "", "start=basic+alive " },
		{ "3.1.1511.0", "1.2.764.0", "start=mux+alive " },
		{ "3.1.1511.1", "1.2.764.0", "start=mux " },
		{ "3.0.196.1", "1.2.764.0", "start=mux+alive " },
		{ "3.0.196.0", "1.2.764.0", "start=basic+alive " },
		{ "3.0.196", "1.2.764.0", "start=basic+alive " },
		{ "10.0", "2", "start=mux " },
	};
	struct node node;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		is_text(begin(&node, cases[i].agent, true, cases[i].client), cases[i].said, "agent %s, client %s",
		    cases[i].agent, cases[i].client);
		node_close(&node);
	}
	is_text(begin(&node, NEW_AGENT, false, "1.2.764.0"), "start ", "no type: one connection");
	node_close(&node);
	is_number(version_is_old(VIEW("3.2.1040.9")), true, "an agent that does not acknowledge duplicates");
	is_number(version_is_old(VIEW("3.2.1041.0")), false, "one that does");
}

static void
test_port(void)
{
	struct node node;

	begin(&node, NEW_AGENT, true, "1.2.764.0");
	is_text(node_input(&node, 1, "a"), "", "input before there is somebody to take it is not acknowledged");
	agent_port_ready(node.agent);
	is_text(node_input(&node, 1, "a"), "ack 1 input=a ", "it is when it comes again");
	is_text(node_input(&node, 2, "\n"), "ack 2 input=\n ", "a line feed stays one");
	node_give(&node, MESSAGE_INPUT, 3, PAYLOAD_FLAG, (struct view){ "\0\0\0\1", 4 });
	is_text(node_look(&node), "ack 3 flag=1 ", "flags are told");
	node_output(&node, "\xff\xfe");
	is_text(node_look(&node), "O2=\xff\xfe ", "output is no text: nothing of it waits");
	agent_connect_failed(node.agent, 0);
	is_text(node_look(&node), "F3= ", "a connection that could not be made is a flag");
	is_number(node.last.len - MESSAGE_HEAD, 4, "of four bytes");
	is_number(node.last.ptr[node.last.len - 1], AGENT_CONNECT_TO_PORT_ERROR, "3");
	agent_publish(node.agent, false, 0);
	is_number(agent_reads(node.agent, false), false, "while publication is paused nothing is read");
	agent_publish(node.agent, true, 0);
	agent_program_ended(node.agent, 0, 0);
	agent_connect_failed(node.agent, 0);
	is_text(node_look(&node), "", "nor told when all is over");
	node_close(&node);
	begin(&node, NEW_AGENT, true, "1.2.764.0");
	agent_program_failed(node.agent, VIEW("Forwarding to IP address 10.0.0.1 is forbidden."), 0);
	is_text(node_look(&node), "over=\n----------ERROR-------\nForwarding to IP address 10.0.0.1 is forbidden. ",
	    "an address that is refused ends the session");
	node_close(&node);
}

/* A frame of the client. */
static void
give(struct agentmux *mux, enum smux_command command, uint32_t stream, const char *text)
{
	struct bytes frame = BYTES_INIT(1024);

	smux_add_header(&frame, command, strlen(text), stream);
	bytes_add_text(&frame, text);
	agentmux_receive(mux, bytes_view(&frame));
	bytes_clear(&frame);
}

/* Its frames so far, as `F3` and `P3=text`, and no more of them. */
static void
is_output(struct agentmux *mux, const char *wanted, const char *title)
{
	struct smux_reader reader = SMUX_READER_INIT;
	struct view bytes = agentmux_output(mux);
	struct bytes said = BYTES_INIT(1024);
	struct smux_event event;
	enum smux_piece piece;
	size_t len = bytes.len;

	while ((piece = smux_read(&reader, &bytes, &event)) != SMUX_MORE) {
		if (piece == SMUX_FRAME) {
			bytes_print(&said, "%c%u ", "SFPN"[event.command], (unsigned)event.stream);
			continue;
		}
		bytes_print(&said, "=%.*s ", VIEW_ARG(event.data));
		smux_took(&reader, &bytes, event.data.len);
	}
	agentmux_sent(mux, len);
	is_text(said.len == 0 ? "" : bytes_cstr(&said), wanted, "%s", title);
	bytes_clear(&said);
}

static struct agentmux_stream *
take_on(struct agentmux *mux)
{
	struct agentmux_stream *stream = agentmux_new_stream(mux);

	if (stream != NULL)
		stream->owner = mux;
	return stream;
}

static void
test_streams(void)
{
	struct agentmux *mux = agentmux_new(false, 0);
	struct agentmux_stream *three, *five;

	is_number(agentmux_new_stream(mux) == NULL && agentmux_changed(mux) == NULL, true, "nothing is there");
	give(mux, SMUX_SYN, 3, "");
	give(mux, SMUX_SYN, 5, "");
	give(mux, SMUX_PSH, 5, "for five");
	give(mux, SMUX_PSH, 7, "for nobody");
	is_number(agentmux_changed(mux) == NULL, true, "a stream that nobody has taken on is not told of");
	three = take_on(mux);
	five = take_on(mux);
	is_number(three->id, 3, "streams come in their order");
	is_number(agentmux_changed(mux) == three && agentmux_changed(mux) == five, true, "then each has its turn once");
	is_number(agentmux_changed(mux) == NULL, true, "and no more");
	is_view(agentmux_input(five), VIEW("for five"), "with what came for it");
	agentmux_took(mux, five, 4);
	is_view(agentmux_input(five), VIEW("five"), "and what is left of that");
	give(mux, SMUX_PSH, 5, ", more");
	give(mux, SMUX_FIN, 5, "");
	give(mux, SMUX_PSH, 5, "late");
	is_number(agentmux_changed(mux) == five && agentmux_changed(mux) == NULL, true, "news of one stream are one turn");
	is_view(agentmux_input(five), VIEW("five, more"), "what stands behind a FIN is dropped");
	is_number(five->ended, true, "the FIN is told");
	agentmux_send(mux, three, VIEW("hello"));
	agentmux_end(mux, five);
	is_output(mux, "P3 =hello F5 ", "frames go out in order");
	give(mux, SMUX_SYN, 5, "");
	is_number(take_on(mux)->ended, false, "its number may be used again");
	give(mux, SMUX_NOP, 0, "");
	is_number(agentmux_is_broken(mux), false, "a NOP is nothing");
	give(mux, SMUX_FIN, 3, "x");
	is_number(agentmux_is_broken(mux), true, "a FIN with data breaks it");
	agentmux_free(mux);
}

static void
test_buffer(void)
{
	struct agentmux *mux = agentmux_new(false, 0);
	struct bytes frame = BYTES_INIT(SMUX_HEADER_LEN + SMUX_DATA_MAX);
	struct agentmux_stream *streams[2];
	bool full_early = false;

	for (uint32_t i = 0; i < 2; i++) {
		give(mux, SMUX_SYN, 3 + 2 * i, "");
		streams[i] = take_on(mux);
	}
	for (uint32_t i = 0; i < MUX_BUFFER / SMUX_DATA_MAX; i++) {
		full_early |= agentmux_is_full(mux);
		bytes_reset(&frame);
		smux_add_header(&frame, SMUX_PSH, SMUX_DATA_MAX, 3 + i % 2 * 2);
		for (int k = 0; k < SMUX_DATA_MAX; k++)
			bytes_add_char(&frame, 'x');
		agentmux_receive(mux, bytes_view(&frame));
	}
	is_number(full_early, false, "there is room");
	is_number(agentmux_is_full(mux), true, "4 MiB of all streams together are full");
	agentmux_took(mux, streams[0], 1);
	is_number(agentmux_is_full(mux), false, "a byte less is not");
	agentmux_end(mux, streams[1]);
	agentmux_took(mux, streams[0], agentmux_input(streams[0]).len);
	is_number(agentmux_is_full(mux), false, "what ends gives its room back");
	for (uint32_t i = 0; i < MUX_WAITING_MAX; i++)
		give(mux, SMUX_SYN, 1001 + 2 * i, "");
	is_number(agentmux_is_full(mux), true, "1024 streams that nobody has looked at are full");
	take_on(mux);
	is_number(agentmux_is_full(mux), false, "until somebody does");
	bytes_clear(&frame);
	agentmux_free(mux);
}

static void
test_keepalive(void)
{
	struct agentmux *mux = agentmux_new(true, 1000);

	is_number(agentmux_deadline(mux), 11000, "10 s to the first NOP");
	agentmux_tick(mux, 10999);
	is_output(mux, "", "not before");
	agentmux_tick(mux, 11000);
	is_output(mux, "N0 ", "then it comes");
	agentmux_tick(mux, 21000);
	give(mux, SMUX_NOP, 0, "");
	agentmux_tick(mux, 31000);
	is_number(agentmux_is_broken(mux), false, "what came in the first 30 s is life");
	agentmux_tick(mux, 41000);
	agentmux_tick(mux, 51000);
	agentmux_tick(mux, 60999);
	is_number(agentmux_is_broken(mux), false, "silence for nearly 60 s is not noticed");
	agentmux_tick(mux, 61000);
	is_number(agentmux_is_broken(mux), true, "at the second look it is the end");
	agentmux_free(mux);
	mux = agentmux_new(false, 1000);
	is_number(agentmux_deadline(mux) == AGENT_NEVER, true, "without that there is nothing to wait for");
	agentmux_free(mux);
}

int
main(void)
{
	test_versions();
	test_port();
	test_streams();
	test_buffer();
	test_keepalive();
	return done_testing();
}
