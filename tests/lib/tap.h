/*
 * tap: the Test Anything Protocol for the C tests.
 *
 * Purpose: each check prints one line, `ok N - sentence` or `not ok N - sentence`; one that fails
 *          adds where it stands and what was got and expected as '#' lines.
 * Does not: stop at a failure. done_testing() counts them.
 */
#ifndef SSM_TESTS_TAP_H
#define SSM_TESTS_TAP_H

#include <stdbool.h>

#include "core/bytes.h"

/* The checks return whether they passed. The title is printf-formatted. */
#define ok(cond, ...) tap_ok(__FILE__, __LINE__, (cond), __VA_ARGS__)
#define is_text(got, expected, ...) \
	tap_is_view(__FILE__, __LINE__, view_of(got), view_of(expected), __VA_ARGS__)
#define is_view(got, expected, ...) \
	tap_is_view(__FILE__, __LINE__, (got), (expected), __VA_ARGS__)
#define is_number(got, expected, ...) \
	tap_is_number(__FILE__, __LINE__, (long long)(got), (long long)(expected), __VA_ARGS__)

bool tap_ok(const char *file, int line, bool cond, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A NULL view (VIEW_NONE) differs from an empty one. */
bool tap_is_view(const char *file, int line, struct view got, struct view expected,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

bool tap_is_number(const char *file, int line, long long got, long long expected,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A '#' line. */
void diag(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the process: everything is skipped, and why. Only before the first check. */
_Noreturn void skip_all(const char *why);

/* Prints the plan; returns what main returns: 0, or 1 when a check failed or none was made. */
int done_testing(void);

#endif
