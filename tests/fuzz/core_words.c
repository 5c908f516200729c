/* core/shellwords, core/percent, core/base64: what one direction makes, the other takes back. */
#include "core/base64.h"
#include "core/percent.h"
#include "core/shellwords.h"
#include "core/utf8.h"
#include "fuzz.h"

static void
check_shellwords(struct view text)
{
	struct shellwords words = SHELLWORDS_INIT;
	struct bytes quoted = BYTES_INIT(SIZE_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	if (view_find(text, '\0') < text.len)
		return;
	if (shellwords_split(&words, text, &err) == SSM_OK)
		HOLDS(words.count <= text.len && words.argv[words.count] == NULL);
	shellwords_quote(&quoted, text);
	HOLDS(shellwords_split(&words, bytes_view(&quoted), &err) == SSM_OK);
	HOLDS(words.count == 1 && view_equal(view_of(words.argv[0]), text));
	shellwords_clear(&words);
	bytes_clear(&quoted);
	ssm_error_clear(&err);
}

static void
check_percent(struct view text)
{
	struct bytes coded = BYTES_INIT(SIZE_MAX), plain = BYTES_INIT(SIZE_MAX);

	HOLDS(!percent_decode(&plain, text) || utf8_check(bytes_view(&plain)) == plain.len);
	bytes_reset(&plain);
	percent_encode(&coded, text, "/");
	HOLDS(!percent_decode(&plain, bytes_view(&coded)) || view_equal(bytes_view(&plain), text));
	bytes_clear(&coded);
	bytes_clear(&plain);
}

static void
check_base64(struct view text)
{
	struct bytes coded = BYTES_INIT(SIZE_MAX), plain = BYTES_INIT(SIZE_MAX);

	HOLDS(!base64_decode(&plain, text) || plain.len <= text.len);
	bytes_reset(&plain);
	base64_add(&coded, text);
	HOLDS(base64_decode(&plain, bytes_view(&coded)) == (text.len > 0));
	SAME(bytes_view(&plain), text);
	bytes_clear(&coded);
	bytes_clear(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_shellwords(fuzz_view(data, size));
	check_percent(fuzz_view(data, size));
	check_base64(fuzz_view(data, size));
	return 0;
}
