/* request/shorthand: what is taken becomes one JSON object; files are not for this target to open. */
#include "fuzz.h"
#include "json/scan.h"
#include "request/shorthand.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size), whole;
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(16 * 1024 * 1024);
	struct json_scan scan;

	if (size > 0 && memmem(data, size, "@=", 2) != NULL)
		return 0;
	if (shorthand_parse(&out, text, "--filters", &err) == SSM_OK) {
		json_scan_start(&scan, 1, 1);
		HOLDS(json_scan_text(&scan, bytes_view(&out), "the object", &whole, &err) == SSM_OK);
		HOLDS(whole.len == out.len && scan.at == out.len && out.ptr[0] == '{');
	} else {
		HOLDS(err.rc == SSM_E_INPUT && err.message[0] != '\0');
	}
	bytes_clear(&out);
	ssm_error_clear(&err);
	return 0;
}
