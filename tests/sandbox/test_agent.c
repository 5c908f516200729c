/* agent: the public agent's rules for any session, case by case, by a clock that only this test moves. */
#include "agent_node.h"
#include "tap.h"

static void
test_input(void)
{
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	is_text(node_input(&node, 0, "early"), "start ", "input before the program runs is not acknowledged");
	is_text(node_input(&node, 0, "ls"), "ack 0 input=ls ", "it is when it comes again");
	is_text(node_input(&node, 0, "ls"), "ack 0 ", "a duplicate is acknowledged once more, and dropped");
	is_text(node_input(&node, 3, "d"), "ack 3 ", "what is early is acknowledged and waits");
	is_text(node_input(&node, 2, "c"), "ack 2 ", "more that is early");
	is_text(node_input(&node, 3, "D"), "ack 3 ", "the same number again stands in its place");
	is_text(node_input(&node, 1, "b"), "ack 1 input=b input=c input=D ", "and comes in order");
	is_text(node_input(&node, 4, ""), "ack 4 input= ", "an empty one counts");
	node_give(&node, MESSAGE_INPUT, 5, PAYLOAD_FLAG, (struct view){ "\0\0\0\2", 4 });
	is_text(node_look(&node), "ack 5 flag=2 ", "a flag");
	node_give(&node, MESSAGE_INPUT, 6, PAYLOAD_PARAMETER, VIEW("x"));
	is_text(node_look(&node), "ack 6 ", "what the agent does not know is acknowledged");
	agent_receive(node.agent, VIEW("nonsense"), 0);
	is_text(node_look(&node), "", "what is no message is passed over");
	node_close(&node);
}

static void
test_old(void)
{
	struct node node;

	node_open(&node, AGENT_INTERACTIVE, true);
	node_look(&node);
	is_text(node_input(&node, 0, "a"), "ack 0 input=a ", "an old agent acknowledges what is new");
	is_text(node_input(&node, 0, "a"), "", "and no duplicate");
	is_text(node_input(&node, 2, "c"), "ack 2 ", "what is early, though");
	is_text(node_input(&node, 2, "c"), "ack 2 ", "each time");
	node_close(&node);
}

static void
test_size(void)
{
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	is_text(node_size(&node, 0, "{\"cols\":80,\"rows\":65561}"), "ack 0 size=80x25 ", "a size is 16 bits");
	is_text(node_size(&node, 1, "x"), "", "one that is no JSON is not acknowledged");
	is_text(node_size(&node, 1, "x"), "", "nor counted");
	is_text(node_size(&node, 2, "x"), "ack 2 ", "though behind the number that is expected");
	is_text(node_size(&node, 0, "x"), "ack 0 ", "and before it");
	is_text(node_input(&node, 1, "b"), "ack 1 input=b ", "the right one goes on, the one that waited is refused");
	is_text(node_input(&node, 2, "c"), "ack 2 input=c ", "and another takes its place");
	node_close(&node);
	node_open(&node, AGENT_COMMAND, false);
	node_look(&node);
	is_text(node_answer(&node, 0, "{}"), "C1={\"HandshakeTimeToComplete\":0,\"CustomerMe ack 0 start ",
	    "a command starts");
	is_text(node_size(&node, 1, "x"), "ack 1 ", "and knows no size");
	node_close(&node);
}

static void
test_repeats(void)
{
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node_output(&node, "one");
	node_output(&node, "two");
	is_text(node_look(&node), "O0=one O1=two ", "output is sent at once");
	is_number(agent_deadline(node.agent), 300, "the timer of 100 ms finds a timeout of 200 ms");
	is_text(node_run(&node, 299), "", "not before");
	is_text(node_run(&node, 300), "O0=one ", "the oldest alone is sent again");
	is_text(node_run(&node, 599), "", "not before its timeout has gone by again");
	is_text(node_run(&node, 1200), "O0=one O0=one O0=one ", "and again");
	node_acknowledge(&node, 0);
	is_text(node_look(&node), "", "an acknowledgement is no cause to send");
	is_text(node_run(&node, 1300), "O1=two ", "the next is the oldest then, at the timer's next look");
	node_acknowledge(&node, 7);
	node_acknowledge(&node, 1);
	node_acknowledge(&node, 1);
	is_text(node_run(&node, 9000), "", "nothing is left");
	is_number(agent_deadline(node.agent) == AGENT_NEVER, true, "nor is there a deadline");
	node_close(&node);
}

/* When a message that is sent at once would be sent again, after one that took `took` ms to be acknowledged. */
static uint64_t
repeat_after(uint64_t took)
{
	struct node node;
	uint64_t after;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node_output(&node, "one");
	node_look(&node);
	node.now = took;
	node_acknowledge(&node, 0);
	node.now = took / 100 * 100 + 100;
	node_look(&node);
	node_output(&node, "two");
	after = agent_deadline(node.agent) - node.now;
	node_close(&node);
	return after;
}

static void
test_round_trip(void)
{
	/* 100 + (30-100)/8 + 4 * 70/4 = 161.25; 100 + 200/8 + 4 * 200/4 = 325; 100 + 1900/8 + 1900 > 1000 */
	is_number(repeat_after(30), 200, "after 30 ms the timeout is 161 ms");
	is_number(repeat_after(100), 200, "after 100 ms it is 110 ms");
	is_number(repeat_after(299), 400, "after 299 ms it is 323 ms");
	is_number(repeat_after(2000), 1100, "it is 1000 ms at most");
}

static void
test_bytes_of_repeat(void)
{
	struct bytes first = BYTES_INIT(MESSAGE_MAX);
	struct message message;
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node.now = 50;
	node_output(&node, "one");
	node_look(&node);
	bytes_set(&first, bytes_view(&node.last));
	node_run(&node, 300);
	is_number(node.sent, 1, "it is sent again");
	is_view(bytes_view(&node.last), bytes_view(&first), "byte for byte as before");
	message_decode(&message, bytes_view(&first), node.digest);
	is_number(message.created, NODE_EPOCH + 50, "with the date of the first time");
	is_number(message.flags, MESSAGE_SYN, "the first message has the flag SYN");
	is_number(message.id[6] >> 4, 4, "ids are UUIDs of version 4");
	node_input(&node, 0, "x");
	message_decode(&message, bytes_view(&node.last), node.digest);
	is_number(message.flags, MESSAGE_SYN | MESSAGE_FIN, "an acknowledgement has both flags");
	is_number(message.sequence, 0, "and no number of its own");
	bytes_clear(&first);
	node_close(&node);
}

static void
test_pause(void)
{
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	is_number(agent_reads(node.agent, false), true, "the terminal is read");
	agent_publish(node.agent, false, 0);
	is_number(agent_reads(node.agent, false), false, "not when publication is paused");
	node_output(&node, "one");
	node_output(&node, "two");
	is_text(node_run(&node, 60000), "", "what was read is not sent, nor repeated");
	agent_publish(node.agent, true, node.now);
	is_text(node_look(&node), "O0=one ", "when it starts, the timer sends the oldest alone");
	node_acknowledge(&node, 0);
	is_text(node_run(&node, 60100), "O1=two ", "one by one");
	agent_publish(node.agent, false, node.now);
	node_acknowledge(&node, 1);
	is_number(agent_reads(node.agent, false), true, "an acknowledgement starts it, too");
	agent_publish(node.agent, false, node.now);
	node_input(&node, 17, "x");
	is_number(agent_reads(node.agent, false), true, "as any input does");
	node_close(&node);
}

static void
test_characters(void)
{
	struct node node;
	struct bytes long_text = BYTES_INIT(8192);

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node_output(&node, "a\xe2\x82");
	is_text(node_look(&node), "O0=a ", "part of a character at the end waits");
	node_output(&node, "\xac" "b");
	is_text(node_look(&node), "O1=\xe2\x82\xac" "b ", "for the rest of it");
	node_output(&node, "\xff\xfe\xfd");
	is_text(node_look(&node), "", "so do up to three wrong bytes");
	node_output(&node, "xyz");
	is_text(node_look(&node), "O2=\xff\xfe\xfdxyz ", "which pass when more comes");
	node_output(&node, "\xef\xbf\xbdxyz");
	is_text(node_look(&node), "O3=\xefxyz ", "U+FFFD loses two bytes");
	for (int i = 0; i < 1500; i++)
		bytes_add_char(&long_text, (char)('a' + i % 26));
	agent_output(node.agent, bytes_view(&long_text), false, 0);
	node_look(&node);
	is_number(node.sent, 2, "1500 bytes are two messages");
	is_number(node.last.len - MESSAGE_HEAD, 476, "of 1024 and the rest");
	node_output(&node, "end\xe2\x82");
	agent_program_ended(node.agent, 0, 0);
	is_text(node_look(&node), "O6=end ", "what still waits at the end is lost");
	bytes_clear(&long_text);
	node_close(&node);
}

static void
test_last(void)
{
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node_output(&node, "one");
	node_output(&node, "two");
	node_look(&node);
	node_acknowledge(&node, 1);
	agent_program_ended(node.agent, 3, 0);
	is_text(node_run(&node, 500), "O0=one O0=one ", "after the program's end repeats go on");
	node_acknowledge(&node, 0);
	is_text(node_look(&node), "over= ", "it is over when all is acknowledged; a shell has no exit code");
	is_text(node_input(&node, 0, "x"), "", "then nothing is answered");
	node_close(&node);
	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	node_output(&node, "one");
	agent_program_ended(node.agent, 0, 0);
	node_run(&node, 1999);
	is_number(agent_deadline(node.agent), 2000, "it waits for two seconds");
	is_text(node_input(&node, 0, "x"), "ack 0 ", "input meanwhile is acknowledged, and goes nowhere");
	is_text(node_run(&node, 2000), "over= ", "and no longer");
	node_close(&node);
	node_open(&node, AGENT_INTERACTIVE, false);
	node_look(&node);
	agent_program_failed(node.agent, VIEW("fork/exec /bin/none: No such file or directory"), 0);
	is_text(node_look(&node), "over=\n----------ERROR-------\nUnable to start shell: "
	    "fork/exec /bin/none: No such file or directory ", "a shell that cannot be started");
	node_close(&node);
}

static void
test_limits(void)
{
	struct view message;
	struct node node;

	node_open(&node, AGENT_SHELL, false);
	node_look(&node);
	for (int i = 0; i < 100000; i++) {
		agent_output(node.agent, VIEW("x"), false, 0);
		if (!agent_next(node.agent, &message, 0))
			break;
		if (i == 99998)
			is_number(agent_reads(node.agent, false), true, "99,999 messages wait, and there is room");
	}
	is_number(agent_reads(node.agent, false), false, "with 100,000 nothing is read any more");
	node_acknowledge(&node, 50000);
	is_number(agent_reads(node.agent, false), true, "until one is acknowledged");
	for (int i = 1; i <= 100000; i++) {
		node_give(&node, MESSAGE_INPUT, i, PAYLOAD_OUTPUT, VIEW("x"));
		while (agent_next(node.agent, &message, 0))
			continue;
	}
	is_text(node_input(&node, 100001, "x"), "", "one more than 100,000 that are early is not acknowledged");
	node_input(&node, 0, "x");
	is_text(node_input(&node, 100001, "x"), "ack 100001 input=x ", "it is in its turn");
	node_close(&node);
}

int
main(void)
{
	test_input();
	test_old();
	test_size();
	test_repeats();
	test_round_trip();
	test_bytes_of_repeat();
	test_pause();
	test_characters();
	test_last();
	test_limits();
	return done_testing();
}
