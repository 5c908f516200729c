/*
 * setclock: a preload that gives a process the time of day that a test has set.
 *
 * CLOCK_FILE=path   holds the seconds since 1970 and, if it likes, those that the machine has slept; it is read at
 *                   each look at the clock, the variable at the first only
 * CLOCK_PACE=n      the monotonic clock, by which time limits and pauses are measured, goes n times as fast as
 *                   it does, and epoll_wait() waits an nth; what waits by other means sleeps as ever, so only what
 *                   wakes it makes it see the time
 *
 * Without the second the monotonic clock goes on. Without the first the variable, or when
 * the file cannot be read, the process ends: a test that relies on the clock must not run without it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char path[4096];
static long long pace;

/* The environment is not for threads, so it is looked at once. */
static void __attribute__((constructor))
find_file(void)
{
	const char *name, *times;

	if (pace != 0)
		return;
	if ((name = getenv("CLOCK_FILE")) != NULL)
		snprintf(path, sizeof path, "%s", name);
	times = getenv("CLOCK_PACE");
	pace = times == NULL || atoll(times) < 1 ? 1 : atoll(times);
}

/* Also how long the machine has slept. */
static time_t
read_file(time_t *slept)
{
	char text[64] = "", *rest;
	time_t now;
	int kept = errno, fd;

	find_file();
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 || read(fd, text, sizeof text - 1) <= 0)
		abort();
	close(fd);
	now = (time_t)strtoll(text, &rest, 10);
	*slept = (time_t)strtoll(rest, NULL, 10);
	errno = kept;
	return now;
}

static time_t
set_time(void)
{
	time_t slept;

	return read_file(&slept);
}

/* The clock that counts a machine's sleep. */
static int
with_sleep(struct timespec *at)
{
	time_t slept;
	int rc = (int)syscall(SYS_clock_gettime, CLOCK_BOOTTIME, at);

	read_file(&slept);
	at->tv_sec += slept;
	return rc;
}

/* From when the process began. */
static int
paced(clockid_t id, struct timespec *at)
{
	static long long begun;
	int rc = (int)syscall(SYS_clock_gettime, id, at);
	long long now;

	find_file();
	if (rc != 0 || pace <= 1 || (id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_RAW))
		return rc;
	now = at->tv_sec * 1000000000LL + at->tv_nsec;
	if (begun == 0)
		begun = now;
	now = begun + (now - begun) * pace;
	*at = (struct timespec) { .tv_sec = now / 1000000000, .tv_nsec = now % 1000000000 };
	return 0;
}

int
clock_gettime(clockid_t id, struct timespec *at)
{
	if (id == CLOCK_BOOTTIME)
		return with_sleep(at);
	if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)
		return paced(id, at);
	*at = (struct timespec) { .tv_sec = set_time() };
	return 0;
}

time_t
time(time_t *at)
{
	time_t now = set_time();

	if (at != NULL)
		*at = now;
	return now;
}

int
gettimeofday(struct timeval *restrict at, void *restrict zone)
{
	(void)zone;
	*at = (struct timeval) { .tv_sec = set_time() };
	return 0;
}

int
epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	find_file();
	if (timeout > 0)
		timeout = (int)((timeout + pace - 1) / pace);
	return (int)syscall(SYS_epoll_pwait, fd, events, most, timeout, NULL, (size_t)8);
}
