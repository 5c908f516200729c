#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* The one place in the project with state of its own: a test program is one run of checks. */
static unsigned checks, failures;

__attribute__((format(printf, 4, 0)))
static bool
report(const char *file, int line, bool passed, const char *format, va_list title)
{
	checks++;
	printf("%s %u - ", passed ? "ok" : "not ok", checks);
	vprintf(format, title);
	putchar('\n');
	if (!passed) {
		failures++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return passed;
}

/* On one line, whatever the bytes are. */
static void
print_escaped(const char *label, struct view v)
{
	if (v.ptr == NULL) {
		printf("# %s (none)\n", label);
		return;
	}
	printf("# %s '", label);
	for (size_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.ptr[i];

		if (c == '\n')
			fputs("\\n", stdout);
		else if (c < 0x20 || c >= 0x7F || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	printf("' (%zu bytes)\n", v.len);
}

bool
tap_ok(const char *file, int line, bool cond, const char *format, ...)
{
	va_list title;

	va_start(title, format);
	report(file, line, cond, format, title);
	va_end(title);
	return cond;
}

bool
tap_is_view(const char *file, int line, struct view got, struct view expected, const char *format,
    ...)
{
	bool same = (got.ptr == NULL) == (expected.ptr == NULL) && view_equal(got, expected);
	va_list title;

	va_start(title, format);
	report(file, line, same, format, title);
	va_end(title);
	if (!same) {
		print_escaped("     got:", got);
		print_escaped("expected:", expected);
	}
	return same;
}

bool
tap_is_number(const char *file, int line, long long got, long long expected, const char *format,
    ...)
{
	va_list title;

	va_start(title, format);
	report(file, line, got == expected, format, title);
	va_end(title);
	if (got != expected)
		printf("#      got: %lld\n# expected: %lld\n", got, expected);
	return got == expected;
}

void
diag(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void
skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(0);
}

int
done_testing(void)
{
	printf("1..%u\n", checks);
	if (failures > 0)
		printf("# %u of %u failed\n", failures, checks);
	return fflush(stdout) != 0 || failures > 0 || checks == 0;
}
