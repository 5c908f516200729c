/* cli/ids: the same ids and refusals, however the bytes arrive; every id can be one. */
#include "cli/ids.h"
#include "recordlist.h"

#define TEXT_MAX 600

static enum id_kind
kind_of(struct view text)
{
	return view_starts(text, VIEW("i-")) || view_starts(text, VIEW("mi-")) ? ID_TARGET : ID_SESSION;
}

static void
read_all(struct bytes *list, struct view text, bool whole)
{
	struct ssm_error err = SSM_ERROR_INIT, ignored = SSM_ERROR_INIT;
	struct ids ids = IDS_INIT;
	enum input_status status;
	struct input in;
	struct view id;
	size_t count = 0;

	input_start(&in, recordlist_descriptor(text, whole), "the input", JSON_DOCUMENT_MAX);
	do {
		status = ids_next(&ids, &in, kind_of, &id, &err);
		HOLDS(status != INPUT_RECORD || id_check(kind_of(id), id, &ignored) == SSM_OK);
		HOLDS(++count <= text.len + 2);
		recordlist_add(list, status, id, &err);
	} while (status == INPUT_RECORD || status == INPUT_BAD);
	HOLDS(status == INPUT_END);
	ids_clear(&ids);
	input_close(&in);
	ssm_error_clear(&err);
	ssm_error_clear(&ignored);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size < TEXT_MAX ? size : TEXT_MAX);
	struct bytes whole = BYTES_INIT(SIZE_MAX), pieces = BYTES_INIT(SIZE_MAX);

	read_all(&whole, text, true);
	read_all(&pieces, text, false);
	SAME(bytes_view(&whole), bytes_view(&pieces));
	bytes_clear(&whole);
	bytes_clear(&pieces);
	return 0;
}
