/* stream/upgrade: a server's answer, whole and in pieces; none opens a connection but by its own key. */
#include "fuzz.h"
#include "stream/upgrade.h"

/* Whose request is written: the same for all, which owns nothing yet. */
static const struct upgrade *
begun(void)
{
	static const unsigned char random[UPGRADE_RANDOM + 1] = "the sample nonce";
	static struct upgrade upgrade = UPGRADE_INIT;
	const struct upgrade_plan plan = { .target = VIEW("/x"), .host = VIEW("h") };
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes out = BYTES_INIT(4096);

	if (upgrade.accept[0] == '\0')
		HOLDS(upgrade_write(&upgrade, &out, &plan, random, &err) == SSM_OK);
	bytes_clear(&out);
	return &upgrade;
}

static void
check(const struct upgrade *upgrade, struct view text)
{
	const struct response *response = &upgrade->response;

	HOLDS((upgrade->status == UPGRADE_WRONG) == (upgrade->why != NULL));
	HOLDS(response->body.len <= UPGRADE_BODY_MAX);
	HOLDS(upgrade->status != UPGRADE_REFUSED || (response->head.complete && response->head.status != 101));
	if (upgrade->status == UPGRADE_DONE)
		HOLDS(memmem(text.ptr, text.len, upgrade->accept, UPGRADE_ACCEPT_LEN) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = fuzz_view(data, size), whole_rest = text, piece;
	struct fuzz_pieces pieces = fuzz_pieces(text);
	struct upgrade whole = *begun(), parts = whole;
	size_t left = 0;

	upgrade_take(&whole, &whole_rest);
	while (fuzz_next(&pieces, &piece)) {
		upgrade_take(&parts, &piece);
		left += piece.len;
	}
	check(&whole, text);
	HOLDS(whole.status == parts.status && whole.response.head.status == parts.response.head.status);
	HOLDS(whole.status != UPGRADE_DONE || left == whole_rest.len);
	SAME(bytes_view(&whole.response.body), bytes_view(&parts.response.body));
	HOLDS(upgrade_end(&whole) != UPGRADE_GOES_ON && upgrade_end(&whole) == upgrade_end(&parts));
	upgrade_clear(&whole);
	upgrade_clear(&parts);
	return 0;
}
