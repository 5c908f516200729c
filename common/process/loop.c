#include "process/loop.h"

#include <errno.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/io.h"

int
loop_open(struct loop *loop)
{
	*loop = (struct loop){ .fd = epoll_create1(EPOLL_CLOEXEC) };
	TAILQ_INIT(&loop->timers);
	TAILQ_INIT(&loop->due);
	TAILQ_INIT(&loop->always);
	loop->error = loop->fd < 0 ? errno : 0;
	return loop->error;
}

void
loop_close(struct loop *loop)
{
	io_close(&loop->fd);
}

/* Regular files, and others that never wait, are not the kernel's to watch. */
static void
add(struct loop *loop, struct loop_watch *watch, struct epoll_event *event)
{
	if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, watch->fd, event) == 0)
		return;
	if (errno != EPERM) {
		loop->error = errno;
		return;
	}
	watch->always = true;
	TAILQ_INSERT_TAIL(&loop->always, watch, link);
}

static void
drop(struct loop *loop, struct loop_watch *watch)
{
	for (int i = 0; i < loop->batch_count; i++)
		if (loop->batch[i].data.ptr == watch)
			loop->batch[i].data.ptr = NULL;
	if (!watch->always) {
		if (epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL) != 0)
			loop->error = errno;
		return;
	}
	if (loop->next_always == watch)
		loop->next_always = TAILQ_NEXT(watch, link);
	TAILQ_REMOVE(&loop->always, watch, link);
	watch->always = false;
}

void
loop_ask(struct loop *loop, struct loop_watch *watch, unsigned events)
{
	struct epoll_event event = { .data.ptr = watch, .events = (events & LOOP_READ ? EPOLLIN : 0U) |
	    (events & LOOP_WRITE ? EPOLLOUT : 0U) };
	unsigned before = watch->asked;

	if (watch->fd < 0 || loop->fd < 0 || events == before)
		return;
	watch->asked = events;
	if (before == 0)
		add(loop, watch, &event);
	else if (events == 0)
		drop(loop, watch);
	else if (!watch->always && epoll_ctl(loop->fd, EPOLL_CTL_MOD, watch->fd, &event) != 0)
		loop->error = errno;
}

void
loop_shut(struct loop *loop, struct loop_watch *watch)
{
	loop_ask(loop, watch, 0);
	io_close(&watch->fd);
}

void
loop_unset(struct loop_timer *timer)
{
	if (timer->list != NULL)
		TAILQ_REMOVE(timer->list, timer, link);
	timer->list = NULL;
}

void
loop_set(struct loop *loop, struct loop_timer *timer, uint64_t at)
{
	struct loop_timer *before;

	loop_unset(timer);
	timer->at = at;
	timer->list = &loop->timers;
	TAILQ_FOREACH_REVERSE(before, &loop->timers, loop_timers, link)
		/* cppcheck-suppress nullPointerRedundantCheck ; NULL ends the loop */
		if (before->at <= at)
			break;
	if (before == NULL)
		TAILQ_INSERT_HEAD(&loop->timers, timer, link);
	else
		TAILQ_INSERT_AFTER(&loop->timers, before, timer, link);
}

uint64_t
loop_now(const struct loop *loop)
{
	return loop->clock != NULL ? loop->clock(loop->context) : clock_ms();
}

/* A file that is asked only whether its other end is gone never is ready. */
static bool
is_file_ready(const struct loop *loop)
{
	const struct loop_watch *watch;

	TAILQ_FOREACH(watch, &loop->always, link)
		if ((watch->asked & (LOOP_READ | LOOP_WRITE)) != 0)
			return true;
	return false;
}

/* As epoll_wait() wants it. */
static int
timeout_of(const struct loop *loop, unsigned longest)
{
	const struct loop_timer *first = TAILQ_FIRST(&loop->timers);
	uint64_t now, left = longest;

	if (longest == 0 || is_file_ready(loop))
		return 0;
	if (first != NULL) {
		now = loop_now(loop);
		if (first->at <= now)
			return 0;
		left = first->at - now < left ? first->at - now : left;
	} else if (longest == LOOP_FOREVER) {
		return -1;
	}
	return left > INT_MAX ? INT_MAX : (int)left;
}

static void
tell(struct loop_watch *watch, unsigned events)
{
	if (events != 0 && watch->ready != NULL)
		watch->ready(watch->owner, events);
}

static void
tell_ready(struct loop *loop)
{
	for (int i = 0; i < loop->batch_count; i++) {
		struct loop_watch *watch = loop->batch[i].data.ptr;
		uint32_t found = loop->batch[i].events;
		bool gone = (found & (EPOLLHUP | EPOLLERR)) != 0;

		if (watch != NULL)
			tell(watch, watch->asked & ((gone || (found & EPOLLIN) ? LOOP_READ : 0U) |
			    (gone || (found & EPOLLOUT) ? LOOP_WRITE : 0U) | (gone ? LOOP_GONE : 0U)));
	}
	loop->batch_count = 0;
}

/* Once a turn: one that is dropped and asked for again stands at the end. */
static void
tell_files(struct loop *loop)
{
	struct loop_watch *watch;

	loop->turn++;
	for (watch = TAILQ_FIRST(&loop->always); watch != NULL; watch = loop->next_always) {
		loop->next_always = TAILQ_NEXT(watch, link);
		if (watch->turn == loop->turn)
			continue;
		watch->turn = loop->turn;
		tell(watch, watch->asked & (LOOP_READ | LOOP_WRITE));
	}
}

/* All that are due now first go into a list of their own: what is set meanwhile is for the next turn. */
static void
tell_due(struct loop *loop)
{
	struct loop_timer *timer = TAILQ_FIRST(&loop->timers);
	uint64_t now = timer == NULL ? 0 : loop_now(loop);

	for (; timer != NULL && timer->at <= now; timer = TAILQ_FIRST(&loop->timers)) {
		TAILQ_REMOVE(&loop->timers, timer, link);
		TAILQ_INSERT_TAIL(&loop->due, timer, link);
		timer->list = &loop->due;
	}
	while ((timer = TAILQ_FIRST(&loop->due)) != NULL) {
		loop_unset(timer);
		if (timer->due != NULL)
			timer->due(timer->owner);
	}
}

int
loop_turn(struct loop *loop, unsigned longest)
{
	int timeout;

	if (loop->error != 0)
		return loop->error;
	timeout = timeout_of(loop, longest);
	if (loop->wait != NULL) {
		loop->wait(loop->context, loop->fd, timeout);
		timeout = 0;
	}
	loop->batch_count = epoll_wait(loop->fd, loop->batch, LOOP_BATCH, timeout);
	if (loop->batch_count < 0) {
		if (errno != EINTR)
			loop->error = errno;
		loop->batch_count = 0;
	}
	tell_ready(loop);
	tell_files(loop);
	tell_due(loop);
	return loop->error;
}
