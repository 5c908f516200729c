/* cli: an option whose value may be left out, and what happens before a message. */
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "tap.h"

enum { OPT_WHEN = CLI_LONG, OPT_FLAG };

static const struct cli_option options[] = {
	{ OPT_WHEN, "when", "[=WHEN]", "h" },
	{ 'w', "with", "[=WHEN]", "h" },
	{ OPT_FLAG, "flag", NULL, "h" },
	{ 'f', "short-flag", NULL, "h" },
	CLI_COMMON_OPTIONS,
	CLI_OPTIONS_END,
};

static const char *const examples[] = { NULL };

static const struct cli_tool tool = { .name = "t", .synopsis = "", .purpose = "", .options = options,
	.examples = examples };

static void
check(struct cli *cli, int key, const char *value)
{
	const char *got = "unset";

	is_number(cli_option(cli, &got), key, "the next option");
	is_view(view_of(got), value == NULL ? VIEW_NONE : view_of(value), "and its value");
}

static void
test_optional(void)
{
	char name[] = "t", alone[] = "--when", word[] = "never", joined[] = "--when=never", empty[] = "--when=",
	    letter[] = "-w", cluster[] = "-fwnever", flag[] = "--flag";
	char *argv[] = { name, alone, word, joined, empty, letter, flag, cluster, alone, NULL };
	struct cli cli;

	cli_start(&cli, &tool, argv);
	check(&cli, OPT_WHEN, NULL);
	check(&cli, OPT_WHEN, "never");
	check(&cli, OPT_WHEN, "");
	check(&cli, 'w', NULL);
	check(&cli, OPT_FLAG, NULL);
	check(&cli, 'f', NULL);
	check(&cli, 'w', "never");
	check(&cli, OPT_WHEN, NULL);
	is_number(cli_option(&cli, &(const char *){ NULL }), CLI_END, "there are no more");
	is_number(cli.operand_count, 1, "a word behind an option without '=' is an operand");
	is_text(cli.operands[0], "never", "that one");
}

static void
test_words(void)
{
	char name[] = "t", *argv[] = { name, NULL };
	struct cli cli;

	cli_start(&cli, &tool, argv);
	is_number(cli_word(&cli, "--x", "a", view_of("a|b|c")), 0, "the first word");
	is_number(cli_word(&cli, "--x", "c", view_of("a|b|c")), 2, "the last");
}

static void
count(void *context)
{
	++*(unsigned *)context;
}

static void
test_before_message(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	char name[] = "t", *argv[] = { name, NULL };
	int before = dup(2), nowhere = open("/dev/null", O_WRONLY);
	unsigned calls = 0;
	struct cli cli;

	cli_start(&cli, &tool, argv);
	cli.before_message = count;
	cli.context = &calls;
	dup2(nowhere, 2);
	cli_warn(&cli, "w");
	cli_verbose(&cli, "v");
	ssm_fail(&err, SSM_E_NO, "X", "m");
	cli_message(&cli, &err, 0, VIEW_NONE);
	cli.json_errors = true;
	cli_message(&cli, &err, 0, VIEW_NONE);
	cli.quiet = true;
	cli_message(&cli, &err, 0, VIEW_NONE);
	dup2(before, 2);
	is_number(calls, 3, "told before a warning, a message, a document, not before what is not said");
	close(before);
	close(nowhere);
}

int
main(void)
{
	test_optional();
	test_words();
	test_before_message();
	return done_testing();
}
