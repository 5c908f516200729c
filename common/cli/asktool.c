#include "cli/asktool.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/errordocument.h"
#include "core/io.h"
#include "process/child.h"
#include "process/toolpath.h"

#define MESSAGES_MAX (1024 * 1024)
#define PROFILE_MAX (64 * 1024)
#define ARGUMENTS_MAX (ASKTOOL_OPTIONS_MAX + 8)

/* An error document's Code and Message; false when the line is none. What it says of a request is not ours. */
static bool
take_document(struct view line, enum ssm_err rc, struct ssm_error *err)
{
	struct ssm_error said = SSM_ERROR_INIT;
	struct view id;
	bool taken = errordocument_parse(line, &said, &id);

	if (taken)
		ssm_fail(err, rc, said.code, "%s", said.message);
	ssm_error_clear(&said);
	return taken;
}

/* Whether there is an error document among the lines; the others are passed on. */
static bool
take_messages(const struct cli *cli, struct view text, enum ssm_err rc, struct ssm_error *err)
{
	bool taken = false;

	while (text.len > 0) {
		struct view line = view_take_line(&text);

		if (rc != SSM_OK && take_document(line, rc, err))
			taken = true;
		else if (!cli->quiet && !view_is(line, "\n") && io_write_all(STDERR_FILENO, line) != 0)
			break;
	}
	return taken;
}

static enum ssm_err
fail(const struct cli *cli, const struct child *child, const struct asktool_question *question,
    struct ssm_error *err)
{
	enum ssm_err rc = WIFEXITED(child->status) ? ssm_err_of_exit_code(WEXITSTATUS(child->status)) :
	    SSM_E_OTHER;

	if (take_messages(cli, bytes_view(&child->messages), rc, err))
		return rc;
	if (WIFSIGNALED(child->status))
		return ssm_fail(err, rc, question->failure, "%s was ended by signal %d (%s)", question->tool,
		    WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
	return ssm_fail(err, rc, question->failure, "%s ended with exit code %d", question->tool,
	    WEXITSTATUS(child->status));
}

static enum ssm_err
run(struct child *child, const struct cli *cli, const struct asktool_question *question,
    struct ssm_error *err)
{
	char path[TOOLPATH_MAX];
	int number;

	if (!toolpath(path, question->tool))
		return ssm_fail(err, SSM_E_OTHER, question->failure, "cannot tell where %s is", question->tool);
	child->path = path;
	child->no_input = true;
	number = child_run(child);
	child->path = NULL;
	if (number != 0)
		return ssm_fail(err, SSM_E_OTHER, question->failure, "cannot run '%s': %s", path,
		    strerror(number));
	if (child->too_long)
		return ssm_fail(err, SSM_E_OTHER, question->failure, "%s printed more than %zu bytes",
		    question->tool, child->out.max);
	if (child->status != 0)
		return fail(cli, child, question, err);
	take_messages(cli, bytes_view(&child->messages), SSM_OK, err);
	return SSM_OK;
}

static void
set_arguments(const char *arguments[ARGUMENTS_MAX], const struct cli *cli,
    const struct asktool_question *question, const char *profile)
{
	size_t count = 0;

	arguments[count++] = question->tool;
	for (size_t i = 0; i < ASKTOOL_OPTIONS_MAX && question->options[i] != NULL; i++)
		arguments[count++] = question->options[i];
	if (question->profile.len > 0) {
		arguments[count++] = "--profile";
		arguments[count++] = profile;
	}
	arguments[count++] = "--error-format";
	arguments[count++] = "json";
	if (cli->verbose)
		arguments[count++] = "--verbose";
	if (question->last_option != NULL)
		arguments[count++] = question->last_option;
	arguments[count] = NULL;
}

enum ssm_err
asktool(struct bytes *out, const struct cli *cli, const struct asktool_question *question,
    struct ssm_error *err)
{
	struct child child = CHILD_INIT(out->max, MESSAGES_MAX);
	struct bytes profile = BYTES_INIT(PROFILE_MAX);
	const char *arguments[ARGUMENTS_MAX];
	enum ssm_err rc;

	bytes_set(&profile, question->profile);
	if (bytes_cstr(&profile) == NULL) {
		rc = ssm_fail_memory(err);
	} else {
		set_arguments(arguments, cli, question, profile.ptr);
		child.argv = (char *const *)(const void *)arguments;	/* as posix_spawn() has it */
		rc = run(&child, cli, question, err);
	}
	bytes_clear(out);
	if (rc == SSM_OK) {
		*out = child.out;
		child.out = (struct bytes)BYTES_INIT(out->max);
	}
	child_clear(&child);
	bytes_clear(&profile);
	return rc;
}
