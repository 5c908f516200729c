#include "resume/request.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "aws/id.h"
#include "core/utf8.h"
#include "json/text.h"
#include "request/maker.h"

/* A pipe takes so much at once, however little of it has been read. */
#define LINE_MAX_LEN ((size_t)PIPE_BUF)

static bool
is_usual(const struct resumeoptions *given, const struct cli *cli)
{
	struct view profile = view_of(given->call.values[CALLOPTION_PROFILE]);

	return given->session_id != NULL && id_is_session(view_of(given->session_id)) &&
	    !resumeoptions_is_batch(given) && given->input_json == NULL && given->input_yaml == NULL &&
	    given->skeleton == SKELETONFORM_NONE && !cli->verbose && utf8_check(profile) == profile.len;
}

static bool
add_line(struct bytes *out, const struct resumeoptions *given, const struct cli *cli)
{
	const struct maker_options options = { .region = given->call.values[CALLOPTION_REGION],
	    .profile = given->call.values[CALLOPTION_PROFILE],
	    .endpoint_url = given->call.values[CALLOPTION_ENDPOINT_URL], .strict = true };
	const struct operation *operation = operation_find(VIEW("ResumeSession"));
	struct bytes text = BYTES_INIT(LINE_MAX_LEN);
	struct ssm_error err = SSM_ERROR_INIT;
	struct json_doc parameters = JSON_DOC_INIT;
	struct maker maker = MAKER_INIT;
	bool good;

	jsontext_begin(&text);
	jsontext_member(&text, "SessionId", view_of(given->session_id));
	jsontext_end(&text);
	good = json_parse(&parameters, bytes_view(&text), "the parameters", &err) == SSM_OK &&
	    shape_check(operation->input, &parameters, NULL, &err) == SSM_OK &&
	    maker_prepare(&maker, cli, operation, &options, &err) == SSM_OK &&
	    maker_add(&maker, &parameters, VIEW_NONE, out, &err) == SSM_OK;
	bytes_add_char(out, '\n');
	json_clear(&parameters);
	maker_clear(&maker);
	bytes_clear(&text);
	ssm_error_clear(&err);
	return good && !bytes_failed(out);
}

/* A stage that is gone already is no end of this process. */
static bool
write_line(int fd, struct view line)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	bool good = write(fd, line.ptr, line.len) == (ssize_t)line.len;

	signal(SIGPIPE, before);
	return good;
}

bool
resumerequest_write(const struct resumeoptions *given, const struct cli *cli, int fd)
{
	struct bytes line = BYTES_INIT(LINE_MAX_LEN);
	bool good = is_usual(given, cli) && add_line(&line, given, cli) &&
	    write_line(fd, bytes_view(&line));

	bytes_clear(&line);
	return good;
}
