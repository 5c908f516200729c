#include "resume/format.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cli/errordocument.h"
#include "core/io.h"
#include "format/format.h"
#include "format/members.h"
#include "jmespath/jmespath.h"

#define PRINTED_MAX ((size_t)128 * 1024 * 1024)
#define TREE_MAX ((size_t)1024 * 1024 * 1024)

static bool
is_text(const struct resumeoptions *given)
{
	return given->output != NULL && strcmp(given->output, "text") == 0;
}

bool
resumeformat_is_usual(const struct resumeoptions *given, const struct cli *cli)
{
	return resumeoptions_takes_format(given, cli) && !resumeoptions_is_batch(given) &&
	    given->skeleton == SKELETONFORM_NONE && !cli->inline_errors && !cli->verbose &&
	    (is_text(given) || given->output == NULL || strcmp(given->output, "json") == 0) &&
	    isatty(STDOUT_FILENO) == 0;
}

static enum ssm_err
select_part(const struct value **part, struct jmespath **query, const char *expression, struct arena *arena,
    struct ssm_error *err)
{
	enum ssm_err rc = SSM_OK;

	if (expression != NULL && (rc = jmespath_compile(query, view_of(expression), err)) == SSM_OK)
		rc = jmespath_search(part, *query, *part, arena, true, err);
	return rc;
}

/* One object that is no error document, which ssm-format has a way of its own with. */
static bool
is_answer(struct view text, struct ssm_error *err)
{
	struct json_doc doc;
	bool is_error;
	bool good = json_parse(&doc, text, "the answer", err) == SSM_OK &&
	    errordocument_is(&doc, &is_error, err) == SSM_OK && !is_error;

	json_clear(&doc);
	return good;
}

/* As ssm-format does it. */
static bool
add_formatted(struct bytes *out, const struct resumeoptions *given, const struct cli *cli, struct view answer)
{
	static const struct format json = { "json", format_json, true }, text = { "text", format_text, false };
	const struct members_shown shown = { .operation = operation_find(VIEW("ResumeSession")),
	    .metadata = calloptions_has(&given->call, CALLOPTION_METADATA) };
	const struct format_how how = { .compact = cli->compact, .shared = given->query != NULL };
	struct arena arena = ARENA_INIT(TREE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;
	struct jmespath *query = NULL;
	const struct value *part;
	bool good;

	good = is_answer(answer, &err) &&
	    members_select(&part, &arena, value_of_json(&arena, answer), &shown, &err) == SSM_OK &&
	    select_part(&part, &query, given->query, &arena, &err) == SSM_OK &&
	    format_value(is_text(given) ? &text : &json, out, part, &arena, &how, &err) == SSM_OK;
	jmespath_free(query);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return good;
}

/* A failure can also come when a copy is closed. ssm-format has it again, and tells it. */
static bool
write_text(struct view text)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	int copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	bool good = copy >= 0 && io_write_all(copy, text) == 0;

	good = (copy < 0 || close(copy) == 0) && good;
	signal(SIGPIPE, before);
	return good;
}

bool
resumeformat_print(const struct resumeoptions *given, const struct cli *cli, struct view answer)
{
	struct bytes text = BYTES_INIT(PRINTED_MAX);
	bool good = add_formatted(&text, given, cli, answer) && write_text(bytes_view(&text));

	bytes_clear(&text);
	return good;
}
