#include "credentials/exportformat.h"

#include <stdio.h>

#include "core/ascii.h"
#include "core/iso8601.h"
#include "json/text.h"

enum kind { DOCUMENT_INDENTED, DOCUMENT_LINE, VARIABLES };

struct exportformat {
	const char *name;
	enum kind kind;
	const char *before, *between, *after;	/* of a variable's name and its value */
};

static const struct exportformat formats[] = {
	{ "process", DOCUMENT_INDENTED, NULL, NULL, NULL },
	{ "env", VARIABLES, "export ", "=", "\n" },
	{ "env-no-export", VARIABLES, "", "=", "\n" },
	{ "fish", VARIABLES, "set -gx ", " \"", "\"\n" },
	{ "json", DOCUMENT_LINE, NULL, NULL, NULL },
};

static const char mask[] = "****************";

/* One part of the keys, as it is called in a document and in the environment. */
struct part {
	const char *member, *variable;
	struct view text;
};

enum { PARTS = 4 };

const struct exportformat *
exportformat_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(name, formats[i].name) == 0)
			return &formats[i];
	return NULL;
}

void
exportformat_time(char text[EXPORTFORMAT_TIME_LEN + 1], time_t when)
{
	char extended[ISO8601_LEN + 1];

	iso8601_format_extended(extended, when);
	snprintf(text, EXPORTFORMAT_TIME_LEN + 1, "%.19s+00:00", extended);
}

static struct view
secret(const struct bytes *text, bool masked)
{
	return masked && text->len > 0 ? VIEW(mask) : bytes_view(text);
}

/* Those that stand between quotes, or behind an equals sign, for themselves in every shell. */
static bool
is_plain(struct view text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!ascii_is_alnum(c) && (c == '\0' || strchr("+/=_-.:,@", c) == NULL))
			return false;
	}
	return true;
}

static enum ssm_err
check_plain(const struct credentials *who, const char *name, struct ssm_error *err)
{
	const struct { const char *name; const struct bytes *text; } parts[] = {
		{ "the access key id", &who->access_key_id },
		{ "the secret access key", &who->secret_access_key },
		{ "the session token", &who->session_token },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!is_plain(bytes_view(parts[i].text)))
			return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "%s holds a character "
			    "that means something to a shell: format '%s' has no way to write it", parts[i].name,
			    name);
	return SSM_OK;
}

static void
write_variables(struct bytes *out, const struct exportformat *format, const struct part *parts)
{
	for (size_t i = 0; i < PARTS; i++) {
		if (parts[i].text.len == 0)
			continue;
		bytes_add_text(out, format->before);
		bytes_add_text(out, parts[i].variable);
		bytes_add_text(out, format->between);
		bytes_add(out, parts[i].text);
		bytes_add_text(out, format->after);
	}
}

static void
write_document(struct bytes *out, const struct part *parts, struct view account, bool indented)
{
	struct bytes document = BYTES_INIT(out->max);

	jsontext_begin(&document);
	jsontext_member_number(&document, "Version", 1);
	for (size_t i = 0; i < PARTS; i++)
		if (parts[i].text.len > 0)
			jsontext_member(&document, parts[i].member, parts[i].text);
	if (account.len > 0)
		jsontext_member(&document, "AccountId", account);
	jsontext_end(&document);
	if (bytes_failed(&document))		/* half a document must not be read */
		out->failed = true;
	else if (indented)
		jsontext_pretty(out, bytes_view(&document), false);
	else
		bytes_add(out, bytes_view(&document));
	bytes_add_char(out, '\n');
	bytes_clear(&document);
}

enum ssm_err
exportformat_write(struct bytes *out, const struct exportformat *format,
    const struct credentials *who, bool masked, struct ssm_error *err)
{
	char expiration[EXPORTFORMAT_TIME_LEN + 1] = "";
	const struct part parts[PARTS] = {
		{ "AccessKeyId", "AWS_ACCESS_KEY_ID", bytes_view(&who->access_key_id) },
		{ "SecretAccessKey", "AWS_SECRET_ACCESS_KEY", secret(&who->secret_access_key, masked) },
		{ "SessionToken", "AWS_SESSION_TOKEN", secret(&who->session_token, masked) },
		{ "Expiration", "AWS_CREDENTIAL_EXPIRATION", { expiration, who->expires ?
		    EXPORTFORMAT_TIME_LEN : 0 } },
	};
	enum ssm_err rc;

	if (who->expires)
		exportformat_time(expiration, who->expiration);
	if (format->kind != VARIABLES)
		write_document(out, parts, format->kind == DOCUMENT_LINE ? bytes_view(&who->account_id) :
		    VIEW_NONE, format->kind == DOCUMENT_INDENTED);
	else if ((rc = check_plain(who, format->name, err)) != SSM_OK)
		return rc;
	else
		write_variables(out, format, parts);
	return bytes_failed(out) ? ssm_fail_memory(err) : SSM_OK;
}
