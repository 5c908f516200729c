/*
 * core/bytes: borrowed and owned runs of bytes.
 *
 * Purpose:   struct view borrows, struct bytes owns, grows up to a cap and is wiped.
 * Ownership: a view lives as long as what it points into; bytes_clear() ends a struct bytes.
 * Errors:    sticky. An append that cannot be had (memory, cap) marks the buffer failed, later
 *            appends do nothing, and one look at bytes_failed() after a run of them is enough.
 * Does not:  keep a terminating NUL; bytes_cstr() makes one.
 */
#ifndef SSM_CORE_BYTES_H
#define SSM_CORE_BYTES_H

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

/* printf("%.*s", VIEW_ARG(view)): for texts known to be short and printable; the other one cuts. */
#define VIEW_ARG(view) (int)(view).len, (view).ptr
#define VIEW_ARG_CUT(view, max) (int)((view).len < (max) ? (view).len : (max)), (view).ptr

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

/*
 * Decimal digits and nothing else, leading zeros too; false for anything else and for an empty text. What
 * is beyond the largest number is the largest: the caller's limit is below it.
 */
bool view_number(struct view v, unsigned long long *number) __attribute__((warn_unused_result));

/* Takes the next line off the front of *text, with its line end if it has one; empty when nothing is left. */
struct view view_take_line(struct view *text);

/* Without the blanks (space, tab, CR, LF) at both ends. */
struct view view_trim(struct view v);

/* Takes what stands before the first c off *rest, and the c; all when there is none. */
struct view view_take(struct view *rest, char c);

struct bytes {
	char *ptr;
	size_t len, cap;
	size_t max;		/* never longer than this */
	bool failed;
};

#define BYTES_INIT(limit) { .ptr = NULL, .len = 0, .cap = 0, .max = (limit), .failed = false }

void bytes_add_growing(struct bytes *b, struct view v);		/* bytes_add(), where it has to make room */

static inline void
bytes_add(struct bytes *b, struct view v)
{
	if (v.len > b->cap - b->len || v.len == 0 || b->failed) {
		bytes_add_growing(b, v);
		return;
	}
	memcpy(b->ptr + b->len, v.ptr, v.len);
	b->len += v.len;
}

static inline void
bytes_add_char(struct bytes *b, char c)
{
	if (b->len == b->cap || b->failed)
		bytes_add_growing(b, (struct view){ &c, 1 });
	else
		b->ptr[b->len++] = c;
}

void bytes_add_text(struct bytes *b, const char *text);

/* What printf() makes of it, up to 2 GiB. A NUL ends a text; secrets are added by the others, which copy once. */
void bytes_print(struct bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text in lower case, as far as it is ASCII. */
void bytes_add_lower(struct bytes *b, struct view text);

/* Makes room for len more bytes and returns where they go, or NULL; bytes_grew() counts them. */
char *bytes_room(struct bytes *b, size_t len) __attribute__((warn_unused_result));
void bytes_grew(struct bytes *b, size_t len);

/* Drops the content, keeps the memory and forgets a failure. */
void bytes_reset(struct bytes *b);

/* The same, but memory of more than `keep` bytes is wiped and freed. */
void bytes_recycle(struct bytes *b, size_t keep);

/* Drops the first len bytes. */
void bytes_drop(struct bytes *b, size_t len);

/* CR LF and a lone CR become LF. */
void bytes_fold_line_ends(struct bytes *b);

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

/*
 * Frees a block, or NULL, of which at least the first len bytes are wiped. Where scrub.c is linked, whose free() does
 * that, it stands for this: what is wiped is wiped once.
 */
void bytes_free(void *ptr, size_t len);

/* Wipes and frees; the buffer is empty and ready again, its cap kept. */
void bytes_clear(struct bytes *b);

#endif
