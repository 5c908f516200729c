/* json/scan: a text comes to the same whole, cut in two anywhere, and byte by byte. */
#include <stdlib.h>

#include "fuzz.h"
#include "json/scan.h"

#define TEXT_MAX 300			/* every cut is tried */

/* The text up to len, in a block of its own. */
static enum json_scan_status
feed(struct json_scan *scan, struct view text, size_t len)
{
	char *block = malloc(len + (len == 0));
	enum json_scan_status status;

	if (block == NULL)
		abort();
	if (len > 0)
		memcpy(block, text.ptr, len);
	status = json_scan_feed(scan, (struct view){ block, len });
	free(block);
	return status;
}

static bool
same(const struct json_scan *a, const struct json_scan *b)
{
	return a->why == b->why && a->at == b->at && a->line == b->line && a->column == b->column &&
	    a->count == b->count && memcmp(a->members, b->members, a->count * sizeof a->members[0]) == 0;
}

/* In pieces of step bytes behind a first one of cut. */
static enum json_scan_status
scan_text(struct json_scan *scan, struct view text, size_t cut, size_t step)
{
	enum json_scan_status status;
	size_t len = cut;

	json_scan_start(scan, 1, 1);
	while ((status = feed(scan, text, len)) == JSON_SCAN_MORE && len < text.len)
		len = text.len - len < step ? text.len : len + step;
	return status == JSON_SCAN_MORE ? json_scan_end(scan) : status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size < TEXT_MAX ? size : TEXT_MAX);
	struct json_scan whole, pieces;
	enum json_scan_status status = scan_text(&whole, text, text.len, 1);

	HOLDS(whole.at <= text.len);
	for (size_t cut = 0; cut < text.len; cut++)
		HOLDS(scan_text(&pieces, text, cut, text.len) == status && same(&whole, &pieces));
	HOLDS(scan_text(&pieces, text, 0, 1) == status && same(&whole, &pieces));
	return 0;
}
