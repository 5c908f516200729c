/* err: messages that are put together. */
#include "core/err.h"
#include "tap.h"

static void
test_add(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	char filler[SSM_MESSAGE_MAX];

	ssm_fail(&err, SSM_E_NO, "X", "no");
	ssm_error_add(&err, "; %s", "never");
	is_text(err.message, "no; never", "a text goes behind a message");
	memset(filler, 'x', sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	ssm_fail(&err, SSM_E_NO, "X", "%s", filler);
	ssm_error_add(&err, "; the end");
	is_number(strlen(err.message), SSM_MESSAGE_MAX - 1, "a message as long as one may be stays so");
	is_text(err.message + SSM_MESSAGE_MAX - 1 - 14, "xx...; the end", "what was added is whole");
	memcpy(filler + sizeof filler - 1 - 13, "\xC3\xA9", 2);		/* one byte too far */
	ssm_fail(&err, SSM_E_NO, "X", "%s", filler);
	ssm_error_add(&err, "; the end");
	is_text(err.message + SSM_MESSAGE_MAX - 1 - 14, "x...; the end", "no character is cut through");
	ssm_fail(&err, SSM_E_NO, "X", "short");
	ssm_error_add(&err, "%s", filler);
	is_text(err.message, filler, "nothing is left of the message when there is no room");
	ssm_error_clear(&err);
}

int
main(void)
{
	test_add();
	return done_testing();
}
