/* Each allocation fails once. The linker puts what is here before malloc() and calloc(). */
#include <stdlib.h>

#include "muxlog.h"
#include "ports/pieces.h"
#include "tap.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool failing;
static long long countdown = -1;	/* allocations until one fails; -1: none does */

static bool
fails(void)
{
	return failing || (countdown >= 0 && countdown-- == 0);
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

static void
test_open(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct mux *mux = NULL;
	enum ssm_err rc = SSM_E_OTHER;
	long long n = 0;

	for (; n < 10 && rc != SSM_OK; n++) {
		countdown = n;
		rc = mux_open(&mux, false, 0, &err);
		countdown = -1;
		if (rc != SSM_OK)
			ok(rc == SSM_E_OTHER && mux == NULL && err.message[0] != '\0', "without memory no mux is made: %lld", n);
	}
	ok(mux != NULL && n == 3, "two blocks are what it needs");
	mux_free(mux);
	ssm_error_clear(&err);
}

static void
test_start(void)
{
	struct mux *mux = muxlog_open(false);

	failing = true;
	is_number(mux_start(mux), 0, "without memory there is no stream");
	failing = false;
	is_number(mux_start(mux), 3, "with memory there is, and no number is left out");
	is_number(mux_waiting(mux).len, SMUX_HEADER_LEN, "one SYN goes out");
	mux_free(mux);
}

/* What goes out and is ended needs none: it was there from the beginning. */
static void
test_out(void)
{
	static char many[MUX_WAITING_MAX];
	struct mux *mux = muxlog_open(true);
	uint32_t stream = mux_start(mux);

	failing = true;
	ok(mux_send(mux, stream, (struct view){ many, sizeof many }) > sizeof many - 100, "what goes out needs no memory");
	mux_finish(mux, stream);
	mux_tick(mux, MUX_KEEPALIVE_MS);
	failing = false;
	is_number(mux_count(mux), 0, "nor does an end");
	mux_free(mux);
}

static void
test_receive(void)
{
	struct bytes log = BYTES_INIT(SIZE_MAX), frame = BYTES_INIT(SIZE_MAX);
	struct mux *mux = muxlog_open(false);
	uint32_t one = mux_start(mux), two = mux_start(mux);

	muxlog_out(mux, &log);
	muxlog_node(mux, SMUX_PSH, one, VIEW("first "));
	smux_add_header(&frame, SMUX_PSH, 2000, one);
	memset(bytes_room(&frame, 2000), 'x', 2000);
	bytes_grew(&frame, 2000);
	smux_add_header(&frame, SMUX_PSH, 2, two);
	bytes_add(&frame, VIEW("on"));
	failing = true;
	is_number(mux_receive(mux, view_slice(bytes_view(&frame), 0, 2008), 0), 2008,
	    "data that there is no memory for is taken");
	failing = false;
	is_number(mux_receive(mux, view_slice(bytes_view(&frame), 2008, frame.len), 0), 10, "and what stands behind it");
	muxlog_node(mux, SMUX_PSH, one, VIEW("late"));
	muxlog_node(mux, SMUX_FIN, one, VIEW_NONE);
	muxlog_events(mux, &log);
	ok(view_starts(bytes_view(&log), VIEW("3:first xxx")), "the stream that it was for has what came before");
	ok(view_equal(view_slice(bytes_view(&log), log.len - 16, log.len), VIEW("x 3.BROKEN 5:on ")),
	    "then it is broken; the other one is not");
	is_view(muxlog_out(mux, &log), VIEW("FIN3 "), "the node is told");
	is_number(mux_count(mux), 1, "the other one stays");
	mux_free(mux);
	bytes_clear(&log);
	bytes_clear(&frame);
}

int
main(void)
{
	test_open();
	test_start();
	test_out();
	test_receive();
	return done_testing();
}
