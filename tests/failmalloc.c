/*
 * failmalloc: a preload that lets one allocation of a process fail, or all from one on.
 *
 * FAIL_AT=n       the n-th call of malloc, calloc or realloc returns NULL (from 1; unset: none)
 * FAIL_STICKY=1   and every one after it
 *
 * FAIL_ONLY=NAME    in processes of this name alone, not in what they start
 * FAIL_TELL=fd      at the end, the number of calls is written there
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

static long calls, fail_at = -1, tell = -1;
static bool sticky;

static void
read_environment(void)
{
	const char *at = getenv("FAIL_AT"), *to = getenv("FAIL_TELL"), *only = getenv("FAIL_ONLY");
	bool meant = only == NULL || strcmp(only, program_invocation_short_name) == 0;

	fail_at = at == NULL || !meant ? 0 : atol(at);
	tell = to == NULL ? -1 : atol(to);
	sticky = getenv("FAIL_STICKY") != NULL;
}

static void __attribute__((destructor))
tell_calls(void)
{
	if (tell >= 0)
		dprintf((int)tell, "%ld", calls);
}

static bool
fails(void)
{
	if (fail_at < 0)
		read_environment();
	calls++;
	if (fail_at == 0 || (sticky ? calls < fail_at : calls != fail_at))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *ptr, size_t size);

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *ptr, size_t size)
{
	return fails() ? NULL : __libc_realloc(ptr, size);
}
