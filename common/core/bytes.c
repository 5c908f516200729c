#include "core/bytes.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/ascii.h"

bool
view_equal_nocase(struct view a, struct view b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

int
view_compare(struct view a, struct view b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

size_t
view_find(struct view v, char c)
{
	const char *at = v.len == 0 ? NULL : memchr(v.ptr, c, v.len);

	return at == NULL ? v.len : (size_t)(at - v.ptr);
}

bool
view_number(struct view v, unsigned long long *number)
{
	*number = 0;
	for (size_t i = 0; i < v.len; i++) {
		unsigned digit = (unsigned char)v.ptr[i] - (unsigned)'0';

		if (!ascii_is_digit(v.ptr[i]))
			return false;
		*number = *number > (ULLONG_MAX - digit) / 10 ? ULLONG_MAX : *number * 10 + digit;
	}
	return v.len > 0;
}

struct view
view_take_line(struct view *text)
{
	size_t end = view_find(*text, '\n');
	struct view line = view_slice(*text, 0, end < text->len ? end + 1 : end);

	*text = view_slice(*text, line.len, text->len);
	return line;
}

struct view
view_trim(struct view v)
{
	while (v.len > 0 && ascii_is_blank(v.ptr[v.len - 1]))
		v.len--;
	while (v.len > 0 && ascii_is_blank(v.ptr[0]))
		v = view_slice(v, 1, v.len);
	return v;
}

struct view
view_take(struct view *rest, char c)
{
	size_t at = view_find(*rest, c);
	struct view taken = view_slice(*rest, 0, at);

	*rest = view_slice(*rest, at < rest->len ? at + 1 : at, rest->len);
	return taken;
}

__attribute__((weak)) void
bytes_free(void *ptr, size_t len)
{
	if (ptr != NULL)
		explicit_bzero(ptr, len);
	free(ptr);
}

/*
 * Growth copies into a new block and wipes the old one: realloc could leave a secret behind. One
 * byte more than cap is always there, for bytes_cstr().
 */
static bool
grow(struct bytes *b, size_t need)
{
	size_t least = b->max < 64 ? b->max : 64, cap = b->cap < least ? least : b->cap;
	char *ptr;

	if (b->failed || need > b->max)
		return false;
	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if ((ptr = malloc(cap + 1)) == NULL)
		return false;
	if (b->ptr != NULL) {
		memcpy(ptr, b->ptr, b->len);
		bytes_free(b->ptr, b->cap);
	}
	b->ptr = ptr;
	b->cap = cap;
	return true;
}

char *
bytes_room(struct bytes *b, size_t len)
{
	if (b->failed || len > b->max || b->len > b->max - len ||
	    (b->ptr == NULL || b->len + len > b->cap ? !grow(b, b->len + len) : false)) {
		b->failed = true;
		return NULL;
	}
	return b->ptr + b->len;
}

void
bytes_grew(struct bytes *b, size_t len)
{
	b->len += len;
}

void
bytes_add_growing(struct bytes *b, struct view v)
{
	char *to;

	if (v.len == 0 || (to = bytes_room(b, v.len)) == NULL)
		return;
	memcpy(to, v.ptr, v.len);
	b->len += v.len;
}

void
bytes_add_text(struct bytes *b, const char *text)
{
	bytes_add(b, view_of(text));
}

void
bytes_print(struct bytes *b, const char *format, ...)
{
	size_t room = b->ptr == NULL || b->failed ? 0 : b->cap - b->len + 1;
	va_list args;
	char *to;
	int len;

	va_start(args, format);
	len = vsnprintf(room == 0 ? NULL : b->ptr + b->len, room, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < room) {
		b->len += (size_t)len;
		return;
	}
	if (len < 0 || (to = bytes_room(b, (size_t)len)) == NULL) {
		b->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(to, (size_t)len + 1, format, args);	/* the NUL goes where there is always a byte more */
	va_end(args);
	b->len += (size_t)len;
}

void
bytes_add_lower(struct bytes *b, struct view text)
{
	char *to = text.len == 0 ? NULL : bytes_room(b, text.len);

	for (size_t i = 0; i < text.len && to != NULL; i++)
		to[i] = ascii_lower(text.ptr[i]);
	b->len += to == NULL ? 0 : text.len;
}

void
bytes_reset(struct bytes *b)
{
	b->len = 0;
	b->failed = false;
}

void
bytes_recycle(struct bytes *b, size_t keep)
{
	if (b->cap > keep)
		bytes_clear(b);
	else
		bytes_reset(b);
}

void
bytes_drop(struct bytes *b, size_t len)
{
	if (len > 0 && len < b->len)
		memmove(b->ptr, b->ptr + len, b->len - len);
	b->len -= len;
}

void
bytes_fold_line_ends(struct bytes *b)
{
	size_t to = view_find(bytes_view(b), '\r');

	for (size_t at = to; at < b->len; at++) {
		char c = b->ptr[at];

		if (c == '\r' && at + 1 < b->len && b->ptr[at + 1] == '\n')
			continue;
		b->ptr[to++] = c == '\r' ? '\n' : c;
	}
	b->len = to;
}

void
bytes_set(struct bytes *b, struct view v)
{
	bytes_reset(b);
	bytes_add(b, v);
}

const char *
bytes_cstr(struct bytes *b)
{
	if (b->failed || (b->ptr == NULL && !grow(b, 0)))
		return NULL;
	b->ptr[b->len] = '\0';
	return b->ptr;
}

void
bytes_clear(struct bytes *b)
{
	bytes_free(b->ptr, b->cap);
	*b = (struct bytes)BYTES_INIT(b->max);
}
