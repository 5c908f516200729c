/*
 * bytes: borrowed and owned runs of bytes.
 *
 * Purpose:   struct view borrows, struct bytes owns, grows up to a cap and is wiped.
 * Ownership: a view lives as long as what it points into; bytes_clear() ends a struct bytes.
 * Errors:    sticky. An append that cannot be had (memory, cap) marks the buffer failed, later
 *            appends do nothing, and one look at bytes_failed() after a run of them is enough.
 * Does not:  keep a terminating NUL; bytes_cstr() makes one.
 */
#ifndef SSM_BYTES_H
#define SSM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

struct view {
	const char *ptr;
	size_t len;
};

#define VIEW_NONE ((struct view){ NULL, 0 })
#define VIEW(literal) ((struct view){ (literal), sizeof(literal) - 1 })

/* printf("%.*s", VIEW_ARG(view)): for texts known to be short and printable. */
#define VIEW_ARG(view) (int)(view).len, (view).ptr

static inline struct view
view_of(const char *text)
{
	return text == NULL ? VIEW_NONE : (struct view){ text, strlen(text) };
}

/* The part from begin up to end, both offsets within v. */
static inline struct view
view_slice(struct view v, size_t begin, size_t end)
{
	return (struct view){ begin == 0 ? v.ptr : v.ptr + begin, end - begin };	/* NULL + 0 is undefined */
}

static inline bool
view_equal(struct view a, struct view b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool
view_is(struct view v, const char *text)
{
	return view_equal(v, view_of(text));
}

static inline bool
view_starts(struct view v, struct view prefix)
{
	return v.len >= prefix.len && memcmp(v.ptr, prefix.ptr, prefix.len) == 0;
}

/* Equal but for the case of ASCII letters. */
bool view_equal_nocase(struct view a, struct view b);

/* Byte order, shorter first: a qsort comparison. */
int view_compare(struct view a, struct view b);

/* Position of byte c, or v.len when it is not there. */
size_t view_find(struct view v, char c);

/* Without the blanks (space, tab, CR, LF) at both ends. */
struct view view_trim(struct view v);

struct bytes {
	char *ptr;
	size_t len, cap;
	size_t max;		/* never longer than this */
	bool failed;
};

#define BYTES_INIT(limit) { .ptr = NULL, .len = 0, .cap = 0, .max = (limit), .failed = false }

void bytes_add(struct bytes *b, struct view v);
void bytes_add_text(struct bytes *b, const char *text);
void bytes_add_char(struct bytes *b, char c);

/* Makes room for len more bytes and returns where they go, or NULL; bytes_grew() counts them. */
char *bytes_room(struct bytes *b, size_t len) __attribute__((warn_unused_result));
void bytes_grew(struct bytes *b, size_t len);

/* Drops the content, keeps the memory and forgets a failure. */
void bytes_reset(struct bytes *b);

/* Drops the first len bytes. */
void bytes_drop(struct bytes *b, size_t len);

/* Replaces the content; b then owns a copy of v. */
void bytes_set(struct bytes *b, struct view v);

/* The content with a NUL behind it (not counted), or NULL when that cannot be had. */
const char *bytes_cstr(struct bytes *b);

static inline struct view
bytes_view(const struct bytes *b)
{
	return (struct view){ b->ptr, b->len };
}

static inline bool
bytes_failed(const struct bytes *b)
{
	return b->failed;
}

/* Wipes and frees; the buffer is empty and ready again, its cap kept. */
void bytes_clear(struct bytes *b);

#endif
