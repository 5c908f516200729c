#include "bytes.h"

#include <stdlib.h>

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool
view_equal_nocase(struct view a, struct view b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower((unsigned char)a.ptr[i]) != lower((unsigned char)b.ptr[i]))
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

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct view
view_trim(struct view v)
{
	while (v.len > 0 && is_blank(v.ptr[v.len - 1]))
		v.len--;
	while (v.len > 0 && is_blank(v.ptr[0])) {
		v.ptr++;
		v.len--;
	}
	return v;
}

/*
 * Growth copies into a new block and wipes the old one: realloc could leave a secret behind. One
 * byte more than cap is always there, for bytes_cstr().
 */
static bool
grow(struct bytes *b, size_t need)
{
	size_t cap = b->cap < 64 ? 64 : b->cap;
	char *ptr;

	if (b->failed || need > b->max)
		return false;
	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if ((ptr = malloc(cap + 1)) == NULL)
		return false;
	if (b->ptr != NULL) {
		memcpy(ptr, b->ptr, b->len);
		explicit_bzero(b->ptr, b->cap);
		free(b->ptr);
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
bytes_add(struct bytes *b, struct view v)
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
bytes_add_char(struct bytes *b, char c)
{
	char *to = bytes_room(b, 1);

	if (to == NULL)
		return;
	*to = c;
	b->len++;
}

void
bytes_reset(struct bytes *b)
{
	b->len = 0;
	b->failed = false;
}

void
bytes_drop(struct bytes *b, size_t len)
{
	if (len > 0 && len < b->len)
		memmove(b->ptr, b->ptr + len, b->len - len);
	b->len -= len;
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
	if (b->ptr != NULL) {
		explicit_bzero(b->ptr, b->cap);
		free(b->ptr);
	}
	*b = (struct bytes)BYTES_INIT(b->max);
}
