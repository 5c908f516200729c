#include "start/attend.h"

#define SILENCE_MS 200

/* Those that are in this process's group have what was typed there. */
static void
end_first_stages(const struct pipeline *pipeline, int number, bool typed)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (!pipeline->stages[i].aside && (!typed || number != SIGINT))
			process_signal(&pipeline->stages[i].process, number);
}

static void
give_up(void *owner)
{
	struct attend *attend = owner;

	loop_unset(&attend->impatient);
	attend->given_up = true;
	pipeline_signal(attend->pipeline, SIGTERM, false);
}

/* When nothing has been asked of the service yet, the last stage ends with those before it, and this is not said. */
static void
say_why(void *owner)
{
	struct attend *attend = owner;

	cli_warn(attend->pipeline->cli, "waiting for the service's answer, so that no session is left behind; a second "
	    "signal ends this at once");
	attend->impatient.due = give_up;
	loop_set(&attend->loop, &attend->impatient, loop_now(&attend->loop) + attend->patience);
}

static void
wait_for_answer(struct attend *attend)
{
	end_first_stages(attend->pipeline, attend->interrupt->seen, attend->interrupt->typed);
	loop_set(&attend->loop, &attend->impatient, loop_now(&attend->loop) + SILENCE_MS);
}

static void
on_signal(void *owner, unsigned events)
{
	struct attend *attend = owner;
	struct signals *interrupt = attend->interrupt;
	struct signals_came came;

	(void)events;
	while (signals_take(interrupt, &came)) {
		bool first = interrupt->seen == 0;

		if (first) {
			interrupt->seen = came.number;
			interrupt->typed = came.typed;
		}
		if (first && attend->patience > 0)
			wait_for_answer(attend);
		else
			give_up(attend);
	}
}

void
attend_run(struct attend *attend, int in, int out)
{
	struct pipeline *pipeline = attend->pipeline;
	int rc = loop_open(&attend->loop);

	attend->signalled = (struct loop_watch){ .fd = attend->interrupt->fd, .ready = on_signal, .owner = attend };
	attend->impatient = (struct loop_timer){ .due = say_why, .owner = attend };
	pipeline->mask = &attend->interrupt->before;
	loop_ask(&attend->loop, &attend->signalled, LOOP_READ);
	if (rc == 0)
		pipeline_begin(pipeline, &attend->loop, in, out);
	while (rc == 0 && !pipeline_is_over(pipeline))
		rc = loop_turn(&attend->loop, LOOP_FOREVER);
	if (rc != 0) {
		pipeline_kill(pipeline);
		ssm_fail(&pipeline->err, SSM_E_OTHER, "PipelineError", "cannot wait for the stages: %s", strerror(rc));
	}
	loop_unset(&attend->impatient);
	loop_close(&attend->loop);
	pipeline->mask = NULL;
}
