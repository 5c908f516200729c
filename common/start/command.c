#include "start/command.h"

#include "core/shellwords.h"
#include "core/utf8.h"
#include "json/text.h"
#include "start/parameter.h"

/* False when they are not UTF-8. */
static bool
add_words(struct bytes *line, char *const *argv)
{
	for (; *argv != NULL; argv++) {
		struct view word = view_of(*argv);

		if (utf8_check(word) != word.len)
			return false;
		bytes_add(line, line->len > 0 ? VIEW(" ") : VIEW_NONE);
		shellwords_quote(line, word);
	}
	return true;
}

static void
add_parameters(struct bytes *out, struct view line, bool separate)
{
	jsontext_begin(out);
	parameter_add(out, "command", line);
	if (separate)
		parameter_add(out, "separateOutputStream", VIEW("true"));
	jsontext_end(out);
}

enum ssm_err
command_parameters(struct bytes *out, char *const *argv, bool separate, struct ssm_error *err)
{
	struct bytes line = BYTES_INIT(out->max);

	if (!add_words(&line, argv)) {
		ssm_fail(err, SSM_E_INPUT, "UsageError", "the command is not UTF-8");
	} else {
		add_parameters(out, bytes_view(&line), separate);
		if (bytes_failed(&line) || bytes_failed(out))
			ssm_fail_memory(err);
		else if (out->len > COMMAND_PARAMETERS_MAX)
			ssm_fail(err, SSM_E_INPUT, "UsageError", "the command is too long: an argument that it is in has "
			    "%d bytes at most", COMMAND_PARAMETERS_MAX);
	}
	bytes_clear(&line);
	return err->rc;
}
