/*
 * sharedini against a libinih that misbehaves. This program is linked without libinih: the
 * ini_parse_stream() below stands in for it. Whatever is lost on the way must be an error, never a
 * file with less in it.
 */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/sharedini.h"
#include "tap.h"

enum fault { NONE, SMALL_BUFFER, ANNOUNCES, DROPS, REPEATS, CHANGES_SECTION, CHANGES_NAME,
    CHANGES_VALUE, STOPS_EARLY, FAILS };

static enum fault fault;
static size_t sections, names, values;	/* lines that have one of the file's */

static int
hand_over(ini_handler handler, void *user, char *section, char *line, int number)
{
	char *value = strchr(line, '=');
	char other[] = "7", none[] = "";
	int good = 1;

	*value++ = '\0';
	value[strcspn(value, "\n")] = '\0';
	if (number == 3 && fault == DROPS)
		return 1;
	if (number == 3 && fault == REPEATS)
		good = handler(user, section, line, value);
	if (number == 3 && fault == CHANGES_SECTION)
		section = other;
	if (number == 3 && fault == CHANGES_VALUE)
		value = none;
	if (number == 3 && fault == CHANGES_NAME)
		line[strlen(line) - 1] = 'x';
	return handler(user, section, line, value) && good;
}

int
ini_parse_stream(ini_reader reader, void *stream, ini_handler handler, void *user)
{
	char buffer[64], section[64] = "";
	int rc = 0;

	for (int number = 1; reader(buffer, fault == SMALL_BUFFER ? 63 : 64, stream) != NULL;
	    number++) {
		sections += strcmp(buffer, "[profile x.y-z]\n") == 0;
		names += strncmp(buffer, "b_c=", 4) == 0;
		values += strstr(buffer, "SECRET") != NULL;
		if (buffer[0] == '[') {
			snprintf(section, sizeof section, "%.*s", (int)strcspn(buffer + 1, "]"),
			    buffer + 1);
			if (fault == ANNOUNCES)
				handler(user, section, NULL, NULL);
		} else if (!hand_over(handler, user, section, buffer, number) && rc == 0)
			rc = number;
		if (fault == STOPS_EARLY && number == 3)
			return 0;
	}
	return fault == FAILS ? -2 : rc;
}

static const struct {
	enum fault fault;
	const char *title, *why;	/* no why: it is well */
} rows[] = {
	{ NONE, "nothing is wrong", NULL },
	{ ANNOUNCES, "sections are announced", NULL },
	{ SMALL_BUFFER, "a buffer of 63 bytes", "libinih offers too small a line buffer" },
	{ DROPS, "a name is dropped", "libinih lost its place" },
	{ REPEATS, "a name comes twice", "libinih lost its place" },
	{ CHANGES_SECTION, "another section", "libinih lost its place" },
	{ CHANGES_NAME, "another name", "libinih lost its place" },
	{ CHANGES_VALUE, "no value", "libinih lost its place" },
	{ STOPS_EARLY, "the end comes early", "libinih lost its place" },
	{ FAILS, "no memory for the line buffer", "libinih lost its place" },
};

int
main(void)
{
	static const char text[] = "[default]\na=SECRET\nb_c=2\n[profile x.y-z]\n[a;b]\nc ;d=3\n";
	char path[] = "/tmp/test_inih.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		skip_all("no file can be written");
	close(fd);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sharedini file = SHAREDINI_INIT;
		struct ssm_error err = SSM_ERROR_INIT;
		enum ssm_err rc;

		fault = rows[i].fault;
		rc = sharedini_load(&file, path, &err);
		is_number(rc, rows[i].why == NULL ? SSM_OK : SSM_E_CONFIG, "%s: status",
		    rows[i].title);
		is_number(file.property_count, rows[i].why == NULL ? 3 : 0, "%s: properties",
		    rows[i].title);
		ok(strstr(err.message, rows[i].why == NULL ? "" : rows[i].why) != NULL, "%s: '%s'",
		    rows[i].title, err.message);
		sharedini_clear(&file);
		ssm_error_clear(&err);
	}
	ok(sections > 0 && names > 0 && values == 0, "it gets sections and names as they are, and never a value");
	unlink(path);
	return done_testing();
}
