/* agent: its rules for commands: the handshake, output joined and apart, the exit code. */
#include "agent_node.h"
#include "tap.h"

/* A command behind its handshake. */
static void
command_open(struct node *node, enum agent_session session)
{
	node_open(node, session, false);
	node_look(node);
	node_acknowledge(node, 0);
	node_answer(node, 0, "{}");
	node_acknowledge(node, 1);
}

/* A connection's bytes are no text, and wait where they are while publication is paused. */
static void
test_port(void)
{
	struct node node;

	command_open(&node, AGENT_PORT);
	is_number(agent_reads(node.agent, false), true, "a port's connection is read behind the handshake");
	agent_output(node.agent, VIEW("a\xe2"), false, 0);
	is_text(node_look(&node), "O2=a\xe2 ", "what is no character passes at once");
	agent_publish(node.agent, false, 0);
	is_number(agent_reads(node.agent, false), false, "it is not read when publication is paused");
	agent_publish(node.agent, true, 0);
	is_number(agent_reads(node.agent, false), true, "and is again");
	node_acknowledge(&node, 2);
	agent_program_ended(node.agent, 0, 0);
	is_text(node_look(&node), "over= ", "it ends without an exit code");
	node_close(&node);
}

static void
test_separate(void)
{
	struct node node;

	command_open(&node, AGENT_COMMAND_SEPARATE);
	node_output(&node, "out");
	agent_output(node.agent, VIEW("err\xe2"), true, 0);
	agent_output(node.agent, VIEW("o\xe2"), false, 0);
	is_text(node_look(&node), "O2=out E3=err O4=o ", "both outputs, each for itself");
	agent_output(node.agent, VIEW("\x82\xac"), true, 0);
	is_text(node_look(&node), "E5=\xe2\x82\xac ", "each with its own characters");
	agent_program_ended(node.agent, 7, 0);
	is_text(node_look(&node), "X6=EXIT_CODE: 7 ", "the exit code comes behind them");
	for (int i = 2; i <= 6; i++)
		node_acknowledge(&node, i);
	is_text(node_look(&node), "over= ", "then the end");
	node_close(&node);
}

static void
test_separate_paused(void)
{
	struct node node;

	command_open(&node, AGENT_COMMAND_SEPARATE);
	agent_publish(node.agent, false, 0);
	is_number(agent_reads(node.agent, false), true, "a reader waits for output when publication is paused");
	node_output(&node, "one");
	is_number(agent_reads(node.agent, false), false, "and is gone when some came");
	is_number(agent_reads(node.agent, true), true, "the other one still waits");
	node_output(&node, "two");
	is_text(node_look(&node), "", "nothing is sent");
	agent_publish(node.agent, true, 0);
	is_number(agent_reads(node.agent, false), false, "it does not come back");
	agent_output(node.agent, VIEW("err"), true, 0);
	is_text(node_look(&node), "E3=err ", "the other one has lost nothing");
	is_text(node_run(&node, 300), "O2=one ", "what came first is delivered, what came then is not");
	agent_publish(node.agent, false, node.now);
	agent_program_ended(node.agent, 0, node.now);
	agent_publish(node.agent, true, node.now);
	node_acknowledge(&node, 2);
	node_acknowledge(&node, 3);
	is_text(node_look(&node), "over= ", "an exit code that is due while publication is paused is never sent");
	node_close(&node);
}

static void
test_joined(void)
{
	struct node node;

	command_open(&node, AGENT_COMMAND);
	node_output(&node, "out");
	agent_output(node.agent, VIEW("err"), true, 0);
	agent_publish(node.agent, false, 0);
	is_number(agent_reads(node.agent, true), true, "joined output is read when publication is paused");
	for (int i = 0; i < 1100; i++)
		agent_output(node.agent, VIEW("."), true, 0);
	agent_publish(node.agent, true, 0);
	is_text(node_run(&node, 5000), "", "and sent at the end");
	agent_publish(node.agent, false, node.now);
	agent_program_ended(node.agent, 7, node.now);
	is_text(node_run(&node, 60000), "", "when publication is not paused");
	agent_publish(node.agent, true, node.now);
	is_text(node_run(&node, 60001), "O2=outerr.................................. "
	    "O3=........................................ ",
	    "without its exit code, a read a millisecond");
	node_acknowledge(&node, 2);
	node_acknowledge(&node, 3);
	is_text(node_look(&node), "", "the reader has to find the end");
	is_text(node_run(&node, 60002), "over= ", "then it is over");
	node_close(&node);
}

static void
test_start_failed(void)
{
	struct node node;

	command_open(&node, AGENT_COMMAND_SEPARATE);
	agent_program_failed(node.agent, VIEW("fork/exec none: Permission denied"), 0);
	is_text(node_run(&node, 150), "X2=EXIT_CODE: 1 ", "a command that cannot be started has the exit code first");
	node_acknowledge(&node, 2);
	is_text(node_run(&node, 1000), "E3=fork/exec none: Permission denied ", "the reason after a second");
	node_acknowledge(&node, 3);
	is_text(node_look(&node), "over= ", "and an ordinary end");
	node_close(&node);
	command_open(&node, AGENT_COMMAND);
	agent_program_failed(node.agent, VIEW("fork/exec none: Permission denied"), 0);
	is_text(node_run(&node, 1000), "E2=fork/exec none: Permission denied ", "joined, there is no exit code");
	node_close(&node);
}

static void
test_handshake(void)
{
	static const char *const unreadable[] = { "", "x", "[]", "{\"ProcessedClientActions\":1}" };
	struct node node;

	node_open(&node, AGENT_COMMAND_SEPARATE, false);
	is_text(node_look(&node), "Q0={\"AgentVersion\":\"3.3.987.0\",\"RequestedCl ", "it begins with the handshake");
	is_number(strstr(bytes_cstr(&node.last) + MESSAGE_HEAD, "\"RequestedClientActions\":[{\"ActionType\":"
	    "\"SessionType\",\"ActionParameters\":{\"SessionType\":\"NonInteractiveCommands\",\"Properties\":null}}]}")
	    != NULL, true, "which asks for one action");
	is_number(agent_reads(node.agent, false), false, "there is nothing to read");
	is_text(node_input(&node, 0, "a"), "ack 0 ", "input is acknowledged, and thrown away");
	for (size_t i = 0; i < ARRAY_LEN(unreadable); i++)
		is_text(node_answer(&node, 1, unreadable[i]), "", "the answer '%s' is not acknowledged", unreadable[i]);
	node.now = 40;
	is_text(node_answer(&node, 1, "{\"ClientVersion\":\"1.2.764.0\",\"ProcessedClientActions\":[{\"ActionType\":"
	    "\"SessionType\",\"ActionStatus\":1,\"ActionResult\":null,\"Error\":\"\"}],\"Errors\":null}"),
	    "C1={\"HandshakeTimeToComplete\":40000000,\"Cus ack 1 start ", "a good one ends the handshake");
	is_text(node_answer(&node, 2, "{}"), "ack 2 ", "a second one does nothing");
	node_close(&node);
}

static void
test_handshake_failures(void)
{
	struct node node;

	node_open(&node, AGENT_COMMAND, false);
	node_look(&node);
	is_text(node_answer(&node, 0, "{\"ProcessedClientActions\":[{\"ActionType\":\"SessionType\",\"ActionStatus\":3,"
	    "\"Error\":\"what?\"}]}"), "ack 0 over=\n----------ERROR-------\nEncountered error while initiating "
	    "handshake. SessionType failed on client with status 3 error: what? ", "what the client cannot do ends it");
	node_close(&node);
	node_open(&node, AGENT_COMMAND, false);
	node_look(&node);
	is_number(strstr(node_answer(&node, 0, "{\"ProcessedClientActions\":[{\"ActionType\":\"SessionType\"}]}"),
	    "SessionType failed on client with status 0 error: ") != NULL, true, "no status is status 0");
	node_close(&node);
	node_open(&node, AGENT_COMMAND, false);
	node_look(&node);
	node_acknowledge(&node, 0);
	is_text(node_run(&node, 14999), "", "it waits for an answer");
	is_text(node_run(&node, 15000), "over=\n----------ERROR-------\nEncountered error while initiating handshake. "
	    "Handshake timed out. Please ensure that you have the latest version of the session manager plugin. ",
	    "for 15 s");
	node_close(&node);
}

int
main(void)
{
	test_port();
	test_separate();
	test_separate_paused();
	test_joined();
	test_start_failed();
	test_handshake();
	test_handshake_failures();
	return done_testing();
}
