/* json/value: what is written of a tree is read as the same tree; repr() and str() end. */
#include "fuzz.h"
#include "json/value_text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct arena arena = ARENA_INIT(64 * 1024 * 1024);
	struct bytes once = BYTES_INIT(SIZE_MAX), twice = BYTES_INIT(SIZE_MAX);
	const struct value *value;

	if (value_parse(&value, &arena, fuzz_view(data, size), "the text", &err) == SSM_OK) {
		size_t budget = 2 * size + 2;

		HOLDS(value_fits(value, &budget));
		valuetext_json(&once, value);
		HOLDS((value = value_of_json(&arena, bytes_view(&once))) != NULL);
		valuetext_json(&twice, value);
		SAME(bytes_view(&once), bytes_view(&twice));
		HOLDS(value->depth <= VALUE_DEPTH_MAX);
		valuetext_repr(&twice, value);
		valuetext_str(&twice, value);
		HOLDS(!bytes_failed(&twice));
	}
	bytes_clear(&once);
	bytes_clear(&twice);
	arena_clear(&arena);
	ssm_error_clear(&err);
	return 0;
}
