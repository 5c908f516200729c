#include "sandbox/node/back.h"

#define FULL (64 * 1024)		/* bytes of input that wait */

void
back_init(struct back *back, struct loop *loop, const struct program_plan *plan, const struct agent_port *port,
    const struct back_calls *calls)
{
	*back = (struct back){ .session = plan->session, .shell = plan->shell, .command = plan->command,
	    .mask = plan->mask, .calls = *calls };
	program_init(&back->program, loop, calls);
	forward_init(&back->forward, loop, port, calls);
}

static void
start_program(struct back *back)
{
	const struct program_plan plan = { .session = back->session, .shell = back->shell, .command = back->command,
	    .columns = back->columns, .rows = back->rows, .mask = back->mask };
	struct ssm_error err = SSM_ERROR_INIT;

	if (program_start(&back->program, &plan, &err) != SSM_OK)
		back->calls.failed(back->calls.owner, view_of(err.message));
	ssm_error_clear(&err);
}

static void
take_for_program(struct back *back, const struct agent_event *event)
{
	if (event->kind == AGENT_START) {
		start_program(back);
	} else if (event->kind == AGENT_INPUT) {
		program_input(&back->program, event->bytes);
	} else if (event->kind == AGENT_SIZE) {
		back->columns = event->columns;
		back->rows = event->rows;
		program_resize(&back->program, event->columns, event->rows);
	}
}

static void
take_for_port(struct back *back, const struct agent_event *event)
{
	if (event->kind == AGENT_START)
		forward_start(&back->forward, event);
	else if (event->kind == AGENT_INPUT)
		forward_input(&back->forward, event->bytes);
	else if (event->kind == AGENT_FLAG)
		forward_flag(&back->forward, event->flag);
}

void
back_take(struct back *back, const struct agent_event *event)
{
	if (back->session == AGENT_PORT)
		take_for_port(back, event);
	else
		take_for_program(back, event);
}

bool
back_is_blocked(const struct back *back)
{
	return forward_is_blocked(&back->forward);
}

bool
back_is_full(const struct back *back)
{
	return back->program.input.len > FULL;
}

void
back_look(struct back *back)
{
	if (back->session == AGENT_PORT)
		forward_look(&back->forward);
	else
		program_look(&back->program);
}

void
back_stop(struct back *back)
{
	program_stop(&back->program);
	forward_stop(&back->forward);
}
