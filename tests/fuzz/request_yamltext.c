/* request/yamltext: what is taken becomes one JSON value, and JSON is YAML. */
#include "fuzz.h"
#include "json/scan.h"
#include "request/yamltext.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes once = BYTES_INIT(16 * 1024 * 1024), twice = BYTES_INIT(16 * 1024 * 1024);
	struct view whole;
	struct json_scan scan;

	if (yamltext_to_json(&once, fuzz_view(data, size), &err) == SSM_OK) {
		json_scan_start(&scan, 1, 1);
		HOLDS(json_scan_text(&scan, bytes_view(&once), "the value", &whole, &err) == SSM_OK);
		HOLDS(whole.len == once.len && scan.at == once.len);
		HOLDS(yamltext_to_json(&twice, bytes_view(&once), &err) == SSM_OK);
		SAME(bytes_view(&once), bytes_view(&twice));
	} else {
		HOLDS(err.rc == SSM_E_INPUT && err.message[0] != '\0');
	}
	bytes_clear(&once);
	bytes_clear(&twice);
	ssm_error_clear(&err);
	return 0;
}
