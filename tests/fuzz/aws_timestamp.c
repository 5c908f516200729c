/* aws/timestamp: a date of mail is the one that libcurl reads; what is none is shown in part, or not. */
#include <curl/curl.h>

#include "aws/timestamp.h"
#include "core/ascii.h"
#include "core/iso8601.h"
#include "fuzz.h"

#define YEAR_10000 253402300800

/* Words that libcurl takes for the same, or not at all: it finds more in signs. */
static bool
is_plain(struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_alnum(text.ptr[i]) && memchr(" ,:", text.ptr[i], 3) == NULL)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = view_trim(fuzz_view(data, size));
	struct bytes copy = BYTES_INIT(SIZE_MAX);
	char shown[TIMESTAMP_SHOWN_MAX];
	time_t when, iso, mail;

	timestamp_show(shown, text);
	HOLDS(strlen(shown) < sizeof shown);
	if (timestamp_parse(text, &when)) {
		bytes_set(&copy, text);
		HOLDS(when >= 0 && when < YEAR_10000 && bytes_cstr(&copy) != NULL);
		if (iso8601_parse(text, &iso))
			HOLDS(when == iso);
		else if (is_plain(text) && (mail = curl_getdate(bytes_cstr(&copy), NULL)) != -1)
			HOLDS(when == mail);
	}
	bytes_clear(&copy);
	return 0;
}
