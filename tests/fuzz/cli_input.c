/* cli/input: the same documents, lines and messages, however the bytes arrive. */
#include "recordlist.h"

#define RECORD_MAX 100
#define TEXT_MAX 600

enum reading { OBJECTS, VALUES, LINES };

static enum input_status
next(struct input *in, enum reading reading, struct view *record, struct ssm_error *err)
{
	*record = VIEW_NONE;
	ssm_error_clear(err);
	return reading == LINES ? input_line(in, record, err) : input_document_text(in, record, err);
}

static void
read_all(struct bytes *list, struct view text, enum reading reading, bool whole)
{
	struct ssm_error err = SSM_ERROR_INIT;
	enum input_status status;
	struct input in;
	struct view record;
	size_t count = 0;

	input_start(&in, recordlist_descriptor(text, whole), "the input", RECORD_MAX);
	in.any_value = reading == VALUES;
	do {
		status = next(&in, reading, &record, &err);
		HOLDS(record.len <= RECORD_MAX && ++count <= text.len + 2);
		recordlist_add(list, status, status == INPUT_RECORD ? record : VIEW_NONE, &err);
	} while (status == INPUT_RECORD || status == INPUT_BAD);
	HOLDS(status == INPUT_END);
	input_close(&in);
	ssm_error_clear(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size < TEXT_MAX ? size : TEXT_MAX);
	struct bytes whole = BYTES_INIT(SIZE_MAX), pieces = BYTES_INIT(SIZE_MAX);

	for (enum reading reading = OBJECTS; reading <= LINES; reading++) {
		bytes_reset(&whole);
		bytes_reset(&pieces);
		read_all(&whole, text, reading, true);
		read_all(&pieces, text, reading, false);
		SAME(bytes_view(&whole), bytes_view(&pieces));
	}
	bytes_clear(&whole);
	bytes_clear(&pieces);
	return 0;
}
