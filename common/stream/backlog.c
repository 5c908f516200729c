#include "stream/backlog.h"

#include "core/array.h"

void
backlog_clear(struct backlog *backlog)
{
	free(backlog->pieces);
	bytes_clear(&backlog->text);
	*backlog = (struct backlog)BACKLOG_INIT;
}

static bool
runs_on(const struct backlog *backlog, enum backlog_kind kind, size_t len)
{
	const struct backlog_piece *last;

	if (backlog->first == backlog->count || kind > BACKLOG_ERROR_OUTPUT)
		return false;
	last = &backlog->pieces[backlog->count - 1];
	return last->kind == kind && last->len + len <= BACKLOG_PIECE && last->messages < BACKLOG_PIECE_MESSAGES;
}

/* What is gone leaves room in front, which is used before more is asked for. */
static bool
make_piece(struct backlog *backlog, struct backlog_piece piece)
{
	struct backlog_piece *pieces;

	if (backlog->count == backlog->room && backlog->first > backlog->room / 2) {
		backlog->count -= backlog->first;
		memmove(backlog->pieces, backlog->pieces + backlog->first, backlog->count * sizeof piece);
		backlog->first = 0;
	}
	if ((pieces = array_room(backlog->pieces, backlog->count, &backlog->room, sizeof piece)) == NULL)
		return false;
	backlog->pieces = pieces;
	backlog->pieces[backlog->count++] = piece;
	return true;
}

static bool
add_text(struct backlog *backlog, struct view bytes)
{
	struct bytes *text = &backlog->text;

	if (bytes.len == 0)
		return true;
	if (text->len + bytes.len > text->cap && backlog->taken >= text->len / 2) {
		bytes_drop(text, backlog->taken);
		backlog->taken = 0;
	}
	bytes_add(text, bytes);
	return !bytes_failed(text);
}

bool
backlog_add(struct backlog *backlog, struct backlog_piece told, struct view bytes)
{
	if (!add_text(backlog, bytes))
		return false;
	if (!runs_on(backlog, told.kind, bytes.len)) {
		told.messages = 0;
		told.len = 0;
		if (!make_piece(backlog, told))
			return false;
	}
	backlog->pieces[backlog->count - 1].len += bytes.len;
	backlog->pieces[backlog->count - 1].messages++;
	backlog->messages++;
	return true;
}

const struct backlog_piece *
backlog_next(const struct backlog *backlog, struct view *bytes)
{
	const struct backlog_piece *piece;

	if (backlog->first == backlog->count)
		return NULL;
	piece = &backlog->pieces[backlog->first];
	*bytes = piece->len == 0 ? VIEW("") :
	    view_slice(bytes_view(&backlog->text), backlog->taken, backlog->taken + piece->len);
	return piece;
}

void
backlog_took(struct backlog *backlog, size_t len)
{
	struct backlog_piece *piece;

	if (backlog->first == backlog->count)
		return;
	piece = &backlog->pieces[backlog->first];
	len = len < piece->len ? len : piece->len;
	piece->len -= len;
	backlog->taken += len;
	if (piece->len > 0)
		return;
	backlog->messages -= piece->messages;
	if (++backlog->first < backlog->count)
		return;
	backlog->first = backlog->count = 0;
	backlog->taken = 0;
	bytes_recycle(&backlog->text, BACKLOG_KEPT);
}
