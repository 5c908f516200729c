#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/io.h"

#define PIECES_MAX 100
#define SHOWN_MAX 2000

void
fuzz_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

void
fuzz_differ(struct view a, struct view b, const char *what, const char *file, int line)
{
	fprintf(stderr, "%.*s\n--- is not ---\n%.*s\n", VIEW_ARG_CUT(a, SHOWN_MAX), VIEW_ARG_CUT(b, SHOWN_MAX));
	fuzz_broken(what, file, line);
}

/* FNV-1a: never 0 for long, and 0 would only make pieces alike. */
static uint32_t
hash(struct view text)
{
	uint32_t sum = 2166136261U;

	for (size_t i = 0; i < text.len; i++)
		sum = (sum ^ (unsigned char)text.ptr[i]) * 16777619U;
	return sum;
}

struct fuzz_pieces
fuzz_pieces(struct view text)
{
	return (struct fuzz_pieces){ .rest = text, .least = text.len / PIECES_MAX + 1, .random = hash(text) };
}

bool
fuzz_next(struct fuzz_pieces *pieces, struct view *piece)
{
	size_t len = pieces->least + (pieces->random >> 16) % 8;

	free(pieces->block);
	pieces->block = NULL;
	if (pieces->rest.len == 0)
		return false;
	pieces->random = pieces->random * 1664525U + 1013904223U;
	if (len > pieces->rest.len)
		len = pieces->rest.len;
	if ((pieces->block = malloc(len)) == NULL)
		abort();
	memcpy(pieces->block, pieces->rest.ptr, len);
	*piece = (struct view){ pieces->block, len };
	pieces->rest = view_slice(pieces->rest, len, pieces->rest.len);
	return true;
}

void
fuzz_add_secret(struct bytes *out, struct view text)
{
	size_t at = hash(text) % (text.len + 1);

	bytes_add(out, view_slice(text, 0, at));
	bytes_add(out, VIEW(FUZZ_SECRET));
	bytes_add(out, view_slice(text, at, text.len));
	HOLDS(!bytes_failed(out));
}

bool
fuzz_tells(struct view text)
{
	return text.len > 0 && memmem(text.ptr, text.len, FUZZ_SECRET, sizeof FUZZ_SECRET - 1) != NULL;
}

bool
fuzz_error_tells(const struct ssm_error *err)
{
	bool name = strstr(err->message, "is there twice") != NULL;
	bool tells = fuzz_tells(view_of(err->code)) || (!name && fuzz_tells(view_of(err->message))) ||
	    fuzz_tells(view_of(err->request_id)) || fuzz_tells(bytes_view(&err->metadata));

	if (tells)
		fprintf(stderr, "code '%s', message '%s', request id '%s', metadata %.*s\n", err->code, err->message,
		    err->request_id, VIEW_ARG_CUT(bytes_view(&err->metadata), SHOWN_MAX));
	return tells;
}

struct fuzz_file
fuzz_file(struct view text)
{
	struct fuzz_file file = { .fd = memfd_create("fuzz", MFD_CLOEXEC) };

	if (file.fd < 0 || io_write_all(file.fd, text) != 0)
		abort();
	snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
	return file;
}

void
fuzz_file_close(struct fuzz_file *file)
{
	close(file->fd);
}
