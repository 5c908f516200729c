#include "credentials/chain_tell.h"

#include <stdio.h>

#include "credentials/exportformat.h"

/* Names of roles and files are foreign text: what would act on a terminal is shown as '?'. */
static void
add_plain(struct bytes *out, struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		bytes_add_char(out, (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F ? '?' :
		    text.ptr[i]);
}

static void
add_row(struct bytes *out, const char *name, struct view text)
{
	char left[40];

	snprintf(left, sizeof left, "%-30s ", name);
	bytes_add_text(out, left);
	add_plain(out, text);
	bytes_add_char(out, '\n');
}

static void
add_expiration(struct bytes *out, const struct credentials *who, time_t now)
{
	char when[EXPORTFORMAT_TIME_LEN + 1], text[100];

	if (!who->expires) {
		add_row(out, "expires", VIEW("never, as far as is known"));
		return;
	}
	exportformat_time(when, who->expiration);
	snprintf(text, sizeof text, "%s, in %lld minutes", when,
	    (long long)(who->expiration - now) / 60);
	add_row(out, "expires", view_of(text));
}

void
chain_tell_table(struct bytes *out, const struct chain *chain, const struct settings *settings,
    const struct credentials *who, time_t now)
{
	struct bytes origin = BYTES_INIT(2 * PROVIDER_TEXT_MAX);

	add_row(out, "profile", settings_profile(settings));
	for (size_t i = 0; i < chain->count; i++) {
		const struct provider_result *result = &chain->attempts[i].result;

		bytes_reset(&origin);
		bytes_add_text(&origin, result->found ? "keys: " : "");
		bytes_add_text(&origin, result->found ? result->origin : result->why_not);
		out->failed = out->failed || bytes_failed(&origin);
		add_row(out, chain->attempts[i].method, bytes_view(&origin));
	}
	bytes_clear(&origin);
	add_row(out, "access key id", bytes_view(&who->access_key_id));
	add_row(out, "session token", who->session_token.len > 0 ? VIEW("yes") : VIEW("none"));
	add_row(out, "account", who->account_id.len > 0 ? bytes_view(&who->account_id) :
	    VIEW("not known"));
	add_expiration(out, who, now);
}

void
chain_tell_region(struct bytes *out, struct view region, const struct provider_result *result)
{
	struct bytes text = BYTES_INIT(2 * PROVIDER_TEXT_MAX);

	bytes_add(&text, result->found ? region : VIEW("none"));
	bytes_add_text(&text, ": ");
	bytes_add_text(&text, result->found ? result->origin : result->why_not);
	out->failed = out->failed || bytes_failed(&text);
	add_row(out, "region", bytes_view(&text));
	bytes_clear(&text);
}

void
chain_tell_attempts(const struct cli *cli, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->attempts[i].result.why_not[0] != '\0')
			cli_warn(cli, "%s: %s", chain->attempts[i].method,
			    chain->attempts[i].result.why_not);
}

void
chain_tell_line(struct bytes *out, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		bytes_add_text(out, i > 0 ? "; " : "");
		bytes_add_text(out, chain->attempts[i].method);
		bytes_add_text(out, ": ");
		bytes_add_text(out, chain->attempts[i].result.why_not);
	}
}

void
chain_tell_verbose(const struct cli *cli, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct provider_result *result = &chain->attempts[i].result;

		if (result->found)
			cli_verbose(cli, "%s: keys: %s", chain->attempts[i].method, result->origin);
		else if (result->why_not[0] != '\0')
			cli_verbose(cli, "%s: %s", chain->attempts[i].method, result->why_not);
	}
}
