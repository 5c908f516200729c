/* checkreport: texts that came from elsewhere end up inside the line. */
#include "check/report.h"

#include "tap.h"

struct world {
	struct checklist list;
	struct checkrules rules;
	struct checkverdict verdict;
	struct checkreport report;
	struct bytes out;
};

static void
start(struct world *world, size_t count, const char *id, const char *reason)
{
	struct ssm_error err = SSM_ERROR_INIT;

	*world = (struct world){ .list = CHECKLIST_INIT, .out = BYTES_INIT(65536) };
	checkrules_start(&world->rules);
	for (size_t i = 0; i < count; i++) {
		ok(checklist_add(&world->list, CHECK_SESSION, view_of(id), &err) == SSM_OK, "an item");
		checklist_settle(&world->list.items[i], CHECK_UNKNOWN, VIEW("C"), view_of(reason));
	}
	checkjudge(&world->verdict, &world->list, &world->rules);
	world->report = (struct checkreport){ .list = &world->list, .rules = &world->rules,
	    .verdict = &world->verdict };
}

static void
end(struct world *world)
{
	checklist_clear(&world->list);
	bytes_clear(&world->out);
}

static void
check_text(void)
{
	struct world world;

	start(&world, 1, "a|b\nc", "no | but\r\n\302\205\033[31m \303\244");
	checkreport_text(&world.out, &world.report);
	is_view(bytes_view(&world.out), VIEW("SSM UNKNOWN - session a\302\246b c is unknown: C: no \302\246 but    "
	    "[31m \303\244 | time=U;;;0 ok=0;;;0;1 over=0;;0;0;1 unknown=1;;;0;1"),
	    "bars and control characters are replaced, other characters stay");
	end(&world);

	start(&world, 2, "a", "why");
	world.report.trouble = "t|\n";
	checkreport_text(&world.out, &world.report);
	is_view(bytes_view(&world.out), VIEW("SSM UNKNOWN - 2 sessions: 2 unknown (why); t\302\246  | time=U;;;0 "
	    "ok=0;;;0;2 over=0;;0;0;2 unknown=2;;;0;2\nsession a is unknown: C: why\nsession a is unknown: C: why"),
	    "a reason that all have is in the first line, trouble too");
	end(&world);

	start(&world, 0, "", "");
	checkreport_unknown(&world.out, VIEW("a | b\n"));
	is_view(bytes_view(&world.out), VIEW("SSM UNKNOWN - a \302\246 b "), "one that could not be made");
	end(&world);
}

static void
check_data(void)
{
	struct checkmetrics metrics = { .name = "n\"", .ids = true, .duration = 1, .now = 1234567890123 };
	struct world world;

	start(&world, 2, "q\"\n", "r\"");
	checkreport_json(&world.out, &world.report);
	is_view(bytes_view(&world.out), VIEW("{\"State\":\"UNKNOWN\",\"ExitCode\":3,\"Sessions\":{\"Total\":2,\"Resumable\":0,"
	    "\"Over\":0,\"Unknown\":2},\"Targets\":{\"Total\":0,\"Connected\":0,\"NotConnected\":0,\"Unknown\":0},\"Results\":["
	    "{\"SessionId\":\"q\\\"\\n\",\"Result\":\"unknown\",\"Code\":\"C\",\"Message\":\"r\\\"\"},"
	    "{\"SessionId\":\"q\\\"\\n\",\"Result\":\"unknown\",\"Code\":\"C\",\"Message\":\"r\\\"\"}]}"), "JSON");
	bytes_reset(&world.out);
	checklist_settle(&world.list.items[0], CHECK_OVER, VIEW_NONE, VIEW_NONE);
	checklist_settle(&world.list.items[1], CHECK_OVER, VIEW_NONE, VIEW_NONE);
	checkreport_metrics(&world.out, &world.report, &metrics);
	bytes_add_char(&world.out, '\0');
	ok(strstr(world.out.ptr, "\nssm_check_up{check=\"n\\\"\",kind=\"session\",id=\"q\\\"\\n\"} 0\n# HELP") != NULL,
	    "an id that is there twice has one sample, escaped");
	ok(strstr(world.out.ptr, "slowest") == NULL, "no time is known, none is told");
	ok(strstr(world.out.ptr, "timestamp_seconds{check=\"n\\\"\"} 1234567890123\n") != NULL, "a time far away");
	end(&world);
}

int
main(void)
{
	check_text();
	check_data();
	return done_testing();
}
