#include "cli/calloptions.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/settings.h"
#include "retry/sendrate.h"

#define REQUEST "ssm-request"
#define CALL "ssm-call"

#define CONCURRENCY 16
#define CONNECT_SECONDS 10		/* seconds, unless defaults_mode has others */
#define READ_SECONDS 60
#define ATTEMPT_SECONDS 300		/* unless silence may last longer */
#define SECONDS_MAX 1000000

/* Words, and that a file has a name, are checked by cli itself, from what the argument is called. */
struct row {
	struct cli_option option;
	enum calloption value;		/* under whose name it is kept, and passed on */
	const char *stage;		/* the tool that it is for */
	long min, max, otherwise;	/* of a number; max 0: it is none */
};

/* A default as help shows it. */
#define OTHERWISE(NUMBER) OTHERWISE_TEXT(NUMBER)
#define OTHERWISE_TEXT(NUMBER) " (" #NUMBER ")"

#define KEY(NAME) (CLI_SHARED + CALLOPTION_##NAME)

#define TEXT(VALUE, STAGE, NAME, ARGUMENT, HELP) { .option = { KEY(VALUE), NAME, ARGUMENT, HELP }, \
	.value = CALLOPTION_##VALUE, .stage = STAGE }
#define FLAG(VALUE, NAME, HELP) TEXT(VALUE, CALL, NAME, NULL, HELP)
#define NUMBER(KEY, VALUE, NAME, ARGUMENT, HELP, MIN, MAX, DEFAULT) { .option = { KEY, NAME, ARGUMENT, HELP }, \
	.value = CALLOPTION_##VALUE, .stage = CALL, .min = MIN, .max = MAX, .otherwise = DEFAULT }
#define SECONDS(KEY, VALUE, NAME, HELP, DEFAULT) NUMBER(KEY, VALUE, NAME, "SECONDS", HELP, 0, SECONDS_MAX, DEFAULT)

#define TO_CONNECT "to be connected in, 0 for no limit" OTHERWISE(CONNECT_SECONDS)
#define TO_READ "longest silence after that, 0 for no limit" OTHERWISE(READ_SECONDS)

static const struct row rows[CALLOPTION_COUNT] = {
	[CALLOPTION_REGION] = TEXT(REGION, REQUEST, "region", "REGION", "in place of AWS_REGION and the profile's"),
	[CALLOPTION_PROFILE] = TEXT(PROFILE, REQUEST, "profile", "PROFILE",
	    "of the shared config and credentials files"),
	[CALLOPTION_ENDPOINT_URL] = TEXT(ENDPOINT_URL, REQUEST, "endpoint-url", "URL",
	    "in place of the service's own endpoint"),
	[CALLOPTION_MAX_CONCURRENCY] = NUMBER('j', MAX_CONCURRENCY, "max-concurrency", "N",
	    "requests in flight, at most" OTHERWISE(CONCURRENCY), 1, CALLOPTIONS_CONCURRENCY_MAX, CONCURRENCY),
	[CALLOPTION_UNORDERED] = FLAG(UNORDERED, "unordered",
	    "answers as they come, not in the order of the requests"),
	[CALLOPTION_RATE] = TEXT(RATE, CALL, "rate", "N[/s|/m]",
	    "send no more requests than so many a second, or a minute"),
	[CALLOPTION_CONNECT_TIMEOUT] = SECONDS(KEY(CONNECT_TIMEOUT), CONNECT_TIMEOUT, "connect-timeout",
	    TO_CONNECT, CONNECT_SECONDS),
	[CALLOPTION_READ_TIMEOUT] = SECONDS(KEY(READ_TIMEOUT), READ_TIMEOUT, "read-timeout", TO_READ, READ_SECONDS),
	[CALLOPTION_ATTEMPT_TIMEOUT] = SECONDS(KEY(ATTEMPT_TIMEOUT), ATTEMPT_TIMEOUT, "attempt-timeout",
	    "for the whole of one attempt, 0 for no limit" OTHERWISE(ATTEMPT_SECONDS), ATTEMPT_SECONDS),
	[CALLOPTION_MAX_TIME] = SECONDS(KEY(MAX_TIME), MAX_TIME, "max-time",
	    "for the whole of one request, retries included", 0),
	[CALLOPTION_DEADLINE] = SECONDS(KEY(DEADLINE), DEADLINE, "deadline", "for the whole run", 0),
	[CALLOPTION_RETRY_MODE] = TEXT(RETRY_MODE, CALL, "retry-mode", "standard|legacy|adaptive",
	    "how to retry (standard)"),
	[CALLOPTION_MAX_ATTEMPTS] = NUMBER(KEY(MAX_ATTEMPTS), MAX_ATTEMPTS, "max-attempts", "N",
	    "attempts in all (3; legacy 5)", 1, SETTINGS_ATTEMPTS_MAX, 0),
	[CALLOPTION_CA_BUNDLE] = TEXT(CA_BUNDLE, CALL, "ca-bundle", "FILE",
	    "trust these authorities in place of the system's"),
	[CALLOPTION_NO_VERIFY_SSL] = FLAG(NO_VERIFY_SSL, "no-verify-ssl", "trust any certificate"),
	[CALLOPTION_METADATA] = FLAG(METADATA, "metadata", "add ResponseMetadata: request id, status, header fields"),
	[CALLOPTION_TIMING] = FLAG(TIMING, "timing", "the same, and in it ElapsedMs: how long the call took"),
	[CALLOPTION_PROGRESS] = TEXT(PROGRESS, CALL, "progress", "[=auto|always|never]",
	    "tell on stderr how far it is (auto)"),
	[CALLOPTION_CLI_CONNECT_TIMEOUT] = SECONDS(KEY(CLI_CONNECT_TIMEOUT), CONNECT_TIMEOUT,
	    "cli-connect-timeout", TO_CONNECT, CONNECT_SECONDS),
	[CALLOPTION_CLI_READ_TIMEOUT] = SECONDS(KEY(CLI_READ_TIMEOUT), READ_TIMEOUT, "cli-read-timeout", TO_READ,
	    READ_SECONDS),
};

const struct cli_option *
calloptions_row(int key)
{
	return &rows[key - CLI_SHARED].option;
}

static void
check(const struct cli *cli, const struct row *row, const char *value)
{
	char name[64];
	double rate;

	snprintf(name, sizeof name, "--%s", row->option.name);
	if (row->max > 0)
		cli_number(cli, name, value, row->min, row->max);
	else if (row->value == CALLOPTION_RATE && !sendrate_parse(view_of(value), &rate))
		cli_usage(cli, "option '%s' takes a number of requests, as 50, 0.5/s or 100/m, not '%s'", name, value);
}

bool
calloptions_take(struct calloptions *given, const struct cli *cli, int key, const char *value)
{
	for (size_t i = 0; i < CALLOPTION_COUNT; i++) {
		const struct row *row = &rows[i];

		if (row->option.key != key)
			continue;
		check(cli, row, value);
		given->values[row->value] = value == NULL ? "" : value;
		return true;
	}
	return false;
}

unsigned
calloptions_number(const struct calloptions *given, enum calloption option)
{
	const char *value = given->values[option];

	return (unsigned)(value == NULL ? rows[option].otherwise : strtol(value, NULL, 10));
}

/* A value that may be left out was, when it is empty: an empty one is none of its words. */
bool
calloptions_next(const struct calloptions *given, const char *stage, size_t *next,
    struct calloptions_argument *argument)
{
	while (*next < CALLOPTION_VALUES) {
		size_t i = (*next)++;
		const struct cli_option *option = &rows[i].option;
		const char *value = given->values[i];
		bool left_out = value != NULL && *value == '\0' && tool_words(option).len > 0;

		if (value == NULL || strcmp(rows[i].stage, stage) != 0)
			continue;
		argument->name = option->name;
		argument->value = option->argument == NULL || left_out ? NULL : value;
		return true;
	}
	return false;
}
