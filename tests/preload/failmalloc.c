/*
 * failmalloc: a preload that lets one allocation of a process fail, or all from one on.
 *
 * FAIL_AT=n       the n-th call of malloc, calloc or realloc returns NULL (from 1; unset: none)
 * FAIL_STICKY=1   and every one after it
 *
 * FAIL_ONLY=NAME    in processes of this name alone, and told of them alone, not of what they start
 * FAIL_TELL=fd      where nothing fails, a line is written there for each call: a number that stands for the functions
 *                   that it came from, all of them; at a crash, these functions, the innermost first, as lines of a
 *                   library's or program's name and the symbol, which is ? where none is exported
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

static long calls, fail_at = -1, tell = -1;
static bool sticky;
static pid_t process;

static _Unwind_Reason_Code
tell_frame(struct _Unwind_Context *context, void *unused)
{
	void *at = (void *)_Unwind_GetIP(context);
	Dl_info info;

	(void)unused;
	if (dladdr(at, &info) != 0)
		dprintf((int)tell, "%s %s\n", basename(info.dli_fname),
		    info.dli_sname == NULL ? "?" : info.dli_sname);
	return _URC_NO_REASON;
}

/* A test may send SIGABRT to learn where a process hangs. */
static void
tell_crash(int number)
{
	signal(number, SIG_DFL);
	_Unwind_Backtrace(tell_frame, NULL);
	raise(number);
}

/* At the first allocation: constructors of libraries that have no memory crash before main. */
static void
read_environment(void)
{
	static const int crashes[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	const char *at = getenv("FAIL_AT"), *to = getenv("FAIL_TELL"), *only = getenv("FAIL_ONLY");
	bool meant = only == NULL || strcmp(only, program_invocation_short_name) == 0;

	fail_at = at == NULL || !meant ? 0 : atol(at);
	tell = to == NULL || !meant ? -1 : atol(to);
	sticky = getenv("FAIL_STICKY") != NULL;
	process = getpid();
	for (size_t i = 0; tell >= 0 && i < sizeof crashes / sizeof *crashes; i++)
		signal(crashes[i], tell_crash);
}

static _Unwind_Reason_Code
add_frame(struct _Unwind_Context *context, void *sum)
{
	unsigned long *way = sum;

	*way = (*way ^ (unsigned long)_Unwind_GetIP(context)) * 1099511628211UL;
	return _URC_NO_REASON;
}

/* What the looking allocates is no call of the program's; a child that became no program tells nothing. */
static void
tell_call(void)
{
	unsigned long way = 14695981039346656037UL;
	static bool looking;

	if (looking || getpid() != process)
		return;
	looking = true;
	_Unwind_Backtrace(add_frame, &way);
	dprintf((int)tell, "%lx\n", way);
	looking = false;
}

static bool
fails(void)
{
	if (fail_at < 0)
		read_environment();
	calls++;
	if (fail_at == 0 && tell >= 0)
		tell_call();
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
