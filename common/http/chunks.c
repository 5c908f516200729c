#include "http/chunks.h"

#include "core/ascii.h"

#define DIGITS_MAX 8

static bool
go_if(struct chunks *chunks, bool good, enum chunks_state next)
{
	chunks->state = next;
	return good;
}

/* Hexadecimal digits, then ";" and an extension that nobody uses, or the end of the line. */
static bool
take_size(struct chunks *chunks, char c)
{
	int digit = ascii_hex(c);

	if (digit >= 0) {
		chunks->left = chunks->left * 16 + (size_t)digit;
		return ++chunks->digits <= DIGITS_MAX;
	}
	if (chunks->digits == 0)
		return false;
	if (c == '\r')
		return go_if(chunks, true, CHUNKS_SIZE_END);
	return go_if(chunks, c == ';' || c == ' ' || c == '\t', CHUNKS_EXTENSION);
}

static bool
take_char(struct chunks *chunks, char c)
{
	switch (chunks->state) {
	case CHUNKS_SIZE:
		return take_size(chunks, c);
	case CHUNKS_EXTENSION:
		return go_if(chunks, c != '\n', c == '\r' ? CHUNKS_SIZE_END : CHUNKS_EXTENSION);
	case CHUNKS_SIZE_END:
		return go_if(chunks, c == '\n', chunks->left == 0 ? CHUNKS_TRAILER_START : CHUNKS_DATA);
	case CHUNKS_DATA_CR:
		return go_if(chunks, c == '\r', CHUNKS_DATA_END);
	case CHUNKS_DATA_END:
		chunks->digits = 0;
		return go_if(chunks, c == '\n', CHUNKS_SIZE);
	case CHUNKS_TRAILER_START:
		return go_if(chunks, c != '\n', c == '\r' ? CHUNKS_LAST : CHUNKS_TRAILER);
	case CHUNKS_TRAILER:
		return go_if(chunks, c != '\n', c == '\r' ? CHUNKS_TRAILER_END : CHUNKS_TRAILER);
	case CHUNKS_TRAILER_END:
		return go_if(chunks, c == '\n', CHUNKS_TRAILER_START);
	case CHUNKS_LAST:
		return go_if(chunks, c == '\n', CHUNKS_DONE);
	case CHUNKS_DATA:
	case CHUNKS_DONE:
	case CHUNKS_BAD:
		break;
	}
	return true;
}

size_t
chunks_next(struct chunks *chunks, struct view raw, struct view *part)
{
	*part = VIEW_NONE;
	if (chunks->state == CHUNKS_DONE || chunks->state == CHUNKS_BAD)
		return 0;
	if (chunks->state != CHUNKS_DATA) {
		if (!take_char(chunks, raw.ptr[0]))
			chunks->state = CHUNKS_BAD;
		return 1;
	}
	*part = view_slice(raw, 0, raw.len < chunks->left ? raw.len : chunks->left);
	chunks->left -= part->len;
	if (chunks->left == 0)
		chunks->state = CHUNKS_DATA_CR;
	return part->len;
}

bool
chunks_take(struct chunks *chunks, struct view *raw, struct bytes *body)
{
	struct view part;
	size_t used;

	while (raw->len > 0 && (used = chunks_next(chunks, *raw, &part)) > 0) {
		bytes_add(body, part);
		*raw = view_slice(*raw, used, raw->len);
	}
	return chunks->state != CHUNKS_BAD && !bytes_failed(body);
}
