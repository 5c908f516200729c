#include "configuredoutput.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "child.h"
#include "toolpath.h"

#define TOOL "ssm-request"
#define MESSAGES_MAX (64 * 1024)

static enum ssm_err
run(struct child *child, const char *profile, struct ssm_error *err)
{
	char path[TOOLPATH_MAX], tool[] = TOOL, what[] = "--configured-output", option[] = "--profile";
	bool named = profile != NULL && *profile != '\0';
	char *name = strdup(named ? profile : "");
	char *argv[] = { tool, what, named ? option : NULL, name, NULL };
	int number;

	if (name == NULL)
		return ssm_fail_memory(err);
	child->path = path;
	child->argv = argv;
	child->no_input = true;
	number = toolpath(path, TOOL) ? child_run(child) : ENOENT;
	child->path = NULL;
	child->argv = NULL;
	free(name);
	return number == 0 ? SSM_OK : ssm_fail(err, SSM_E_OTHER, "PipelineError",
	    "cannot run " TOOL " for the configured output format: %s", strerror(number));
}

/* Its line, without its name. */
static enum ssm_err
fail(const struct child *child, struct ssm_error *err)
{
	struct view text = view_trim(bytes_view(&child->messages)), name = VIEW(TOOL ": ");

	if (view_starts(text, name))
		text = view_slice(text, name.len, text.len);
	return ssm_fail(err, WIFEXITED(child->status) && WEXITSTATUS(child->status) ==
	    ssm_exit_code(SSM_E_CONFIG) ? SSM_E_CONFIG : SSM_E_OTHER, "InvalidConfigError",
	    "cannot tell the configured output format: %.*s", VIEW_ARG(text));
}

enum ssm_err
configuredoutput(char word[CONFIGUREDOUTPUT_MAX], const char *profile, struct ssm_error *err)
{
	struct child child = CHILD_INIT(CONFIGUREDOUTPUT_MAX - 1, MESSAGES_MAX);
	enum ssm_err rc = run(&child, profile, err);
	struct view line = view_trim(bytes_view(&child.out));

	if (rc == SSM_OK && child.status != 0)
		rc = fail(&child, err);
	if (rc == SSM_OK)
		snprintf(word, CONFIGUREDOUTPUT_MAX, "%.*s", VIEW_ARG(line));
	child_clear(&child);
	return rc;
}
