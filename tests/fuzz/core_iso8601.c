/* core/iso8601: a time that is read is written in both forms, and read as the same. */
#include "core/iso8601.h"
#include "fuzz.h"

#define YEAR_10000 253402300800

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size);
	char basic[AMZ_DATE_LEN + 1], extended[ISO8601_LEN + 1];
	time_t when, again;

	if (!iso8601_parse(text, &when))
		return 0;
	HOLDS(when >= 0 && when < YEAR_10000);
	iso8601_format_basic(basic, when);
	iso8601_format_extended(extended, when);
	HOLDS(iso8601_parse(view_of(basic), &again) && again == when);
	HOLDS(iso8601_parse(view_of(extended), &again) && again == when);
	HOLDS(text.len != AMZ_DATE_LEN || text.ptr[15] != 'Z' || text.ptr[8] != 'T' || view_is(text, basic));
	return 0;
}
