/* http/date: libcurl reads the same date; one that is written is read as the same. */
#include <curl/curl.h>

#include "fuzz.h"
#include "http/date.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size);
	char date[HTTPDATE_LEN + 1], copy[64];
	time_t when, again;

	if (!httpdate_parse(text, &when))
		return 0;
	HOLDS(when >= 0 && text.len < sizeof copy);
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	HOLDS(curl_getdate(copy, NULL) == when);
	httpdate_format(date, when);
	HOLDS(httpdate_parse(view_of(date), &again) && again == when);
	HOLDS(text.len != HTTPDATE_LEN || view_is(text, date));
	return 0;
}
