/* upgrade_request_probe SCHEME HOST TARGET REGION [PROFILE]: what session/connection/upgrade_request says, a line each. */
#include <stdio.h>

#include "session/connection/upgrade_request.h"

struct probe {
	struct upgrade_request *request;
	bool over;
};

static void
on_done(void *owner, enum upgrade_request_result result, const struct header_field *fields, size_t count,
    const struct ssm_error *err)
{
	static const char *const names[] = { "signed", "no keys", "failed" };
	struct probe *probe = owner;

	printf("%s\n", names[result]);
	for (size_t i = 0; i < count; i++)
		printf("%.*s: %.*s\n", VIEW_ARG(fields[i].name), VIEW_ARG(fields[i].value));
	if (err->rc != SSM_OK)
		printf("%d %s: %s\n", err->rc, err->code, err->message);
	upgrade_request_free(probe->request);
	probe->over = true;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = { .name = "probe" };
	const struct cli cli = { .tool = &tool };
	struct probe probe = { .over = false };
	const struct upgrade_request_calls calls = { on_done, &probe };
	struct ssm_error err = SSM_ERROR_INIT;
	struct loop loop;

	if (argc < 5 || loop_open(&loop) != 0)
		return 2;
	const struct upgrade_request_plan plan = { .cli = &cli, .profile = argc > 5 ? argv[5] : NULL, .scheme = view_of(argv[1]),
	    .host = view_of(argv[2]), .target = view_of(argv[3]), .region = view_of(argv[4]) };
	printf("presigned %d\n", upgrade_request_is_presigned(plan.target));
	if (upgrade_request_start(&probe.request, &loop, &plan, &calls, &err) != SSM_OK)
		return 1;
	while (!probe.over && loop_turn(&loop, LOOP_FOREVER) == 0)
		;
	loop_close(&loop);
	return 0;
}
