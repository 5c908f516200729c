#include "session/connection/sendbuffer.h"

#include <errno.h>
#include <sys/random.h>

#define MEMORY_KEPT ((size_t)256 * 1024)
#define BUFFER_MAX ((size_t)4 * 1024 * 1024)	/* beyond what sendbuffer_waiting() admits */

bool
sendbuffer_random(void *unused, unsigned char *to, size_t len)
{
	(void)unused;
	while (len > 0) {
		ssize_t got = getrandom(to, len, 0);

		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0) {
			to += got;
			len -= (size_t)got;
		}
	}
	return true;
}

void
sendbuffer_start(struct sendbuffer *out)
{
	*out = (struct sendbuffer){ .sending = BYTES_INIT(BUFFER_MAX), .next = BYTES_INIT(BUFFER_MAX),
	    .masks = { .random = sendbuffer_random } };
}

void
sendbuffer_add_raw(struct sendbuffer *out, struct view raw)
{
	bytes_add(&out->next, raw);
	out->next_secret = true;
}

void
sendbuffer_add_message(struct sendbuffer *out, struct view message, bool text)
{
	frame_add(&out->next, text ? FRAME_TEXT : FRAME_BINARY, message, &out->masks);
	out->next_secret = out->next_secret || text;
}

void
sendbuffer_add_control(struct sendbuffer_control *control, struct view content)
{
	control->len = (unsigned char)(content.len < FRAME_CONTROL_MAX ? content.len : FRAME_CONTROL_MAX);
	memcpy(control->content, control->len > 0 ? content.ptr : "", control->len);
	control->waits = true;
}

static void
place_control(struct sendbuffer *out, struct bytes *to, enum frame_kind kind, struct sendbuffer_control *control)
{
	if (control->waits)
		frame_add(to, kind, (struct view){ control->content, control->len }, &out->masks);
	control->waits = false;
}

static void
place_controls(struct sendbuffer *out, struct bytes *to)
{
	place_control(out, to, FRAME_PONG, &out->pong);
	place_control(out, to, FRAME_PING, &out->ping);
}

void
sendbuffer_add_close(struct sendbuffer *out, unsigned code)
{
	place_controls(out, &out->next);
	frame_add_close(&out->next, code, &out->masks);
}

static void
empty(struct bytes *buffer, bool secret)
{
	if (secret)
		bytes_clear(buffer);
	else
		bytes_recycle(buffer, MEMORY_KEPT);
}

static void
swap(struct sendbuffer *out)
{
	struct bytes empty = out->sending;

	out->sending = out->next;
	out->sending_secret = out->next_secret;
	out->next = empty;
	out->next_secret = false;
}

/* Control frames go before messages that are not begun. */
struct view
sendbuffer_view(struct sendbuffer *out)
{
	if (sendbuffer_failed(out))
		return VIEW_NONE;
	if (out->sent == out->sending.len) {
		empty(&out->sending, out->sending_secret);
		out->sending_secret = false;
		out->sent = 0;
		place_controls(out, &out->sending);
		if (out->sending.len == 0)
			swap(out);
	}
	return sendbuffer_failed(out) ? VIEW_NONE : view_slice(bytes_view(&out->sending), out->sent, out->sending.len);
}

void
sendbuffer_sent(struct sendbuffer *out, size_t count)
{
	out->sent += count;
	if (out->sent == out->sending.len && out->sending_secret) {
		bytes_clear(&out->sending);
		out->sending_secret = false;
		out->sent = 0;
	}
}

size_t
sendbuffer_waiting(const struct sendbuffer *out)
{
	return out->sending.len - out->sent + out->next.len;
}

bool
sendbuffer_failed(const struct sendbuffer *out)
{
	return bytes_failed(&out->sending) || bytes_failed(&out->next);
}

void
sendbuffer_clear(struct sendbuffer *out)
{
	bytes_clear(&out->sending);
	bytes_clear(&out->next);
	sendbuffer_start(out);
}
