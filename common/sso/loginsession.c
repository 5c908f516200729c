#include "sso/loginsession.h"

#include <errno.h>

#include "aws/timestamp.h"
#include "core/atomicfile.h"
#include "core/io.h"
#include "core/iso8601.h"
#include "json/text.h"
#include "sign/digest.h"

#define NAMES_MAX 256			/* of members, in a message */

enum ssm_err
loginsession_file_name(struct bytes *name, struct view session, struct ssm_error *err)
{
	struct digest *digest = digest_new();
	unsigned char hash[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN + 1];
	enum ssm_err rc;

	bytes_reset(name);
	if (digest == NULL)
		return ssm_fail_memory(err);
	if ((rc = digest_sha256(digest, session, hash, err)) == SSM_OK) {
		digest_hex(hex, hash);
		bytes_add_text(name, hex);
		bytes_add(name, VIEW(".json"));
		rc = bytes_failed(name) ? ssm_fail_memory(err) : SSM_OK;
	}
	digest_free(digest);
	return rc;
}

/* A member that is a string with something in it; otherwise its name joins the missing ones. */
static void
take_text(struct view *to, const struct json_doc *doc, const char *prefix, const char *name,
    struct bytes *missing)
{
	*to = json_text(doc, name);
	if (to->len > 0)
		return;
	bytes_add_text(missing, missing->len > 0 ? ", " : "");
	bytes_add_text(missing, prefix);
	bytes_add_text(missing, name);
}

static void
take_keys(struct loginsession *session, struct bytes *missing)
{
	struct json_member *member = json_member(&session->doc, "accessToken");
	struct ssm_error unused = SSM_ERROR_INIT;
	const char *prefix = "accessToken.";
	struct view expires_at;

	if (json_kind(member) != JSON_OBJECT ||
	    json_parse(&session->keys, member->raw, "accessToken", &unused) != SSM_OK) {
		bytes_add(missing, VIEW("accessToken"));
		ssm_error_clear(&unused);
		return;
	}
	take_text(&session->access_key_id, &session->keys, prefix, "accessKeyId", missing);
	take_text(&session->secret_access_key, &session->keys, prefix, "secretAccessKey", missing);
	take_text(&session->session_token, &session->keys, prefix, "sessionToken", missing);
	take_text(&session->account_id, &session->keys, prefix, "accountId", missing);
	take_text(&expires_at, &session->keys, prefix, "expiresAt", missing);
	if (expires_at.len > 0 && !timestamp_parse(expires_at, &session->expires_at))
		bytes_add(missing, missing->len > 0 ? VIEW(", accessToken.expiresAt") :
		    VIEW("accessToken.expiresAt"));
}

static enum ssm_err
take_parts(struct loginsession *session, struct ssm_error *err)
{
	struct bytes missing = BYTES_INIT(NAMES_MAX);
	enum ssm_err rc = SSM_OK;

	take_keys(session, &missing);
	take_text(&session->refresh_token, &session->doc, "", "refreshToken", &missing);
	take_text(&session->dpop_key, &session->doc, "", "dpopKey", &missing);
	take_text(&session->client_id, &session->doc, "", "clientId", &missing);
	if (bytes_failed(&missing))
		rc = ssm_fail_memory(err);
	else if (missing.len > 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginTokenLoadError", "Error loading login session "
		    "token: Failed to load access token from token cache, missing required fields: "
		    "%.*s.", VIEW_ARG(bytes_view(&missing)));
	bytes_clear(&missing);
	return rc;
}

enum ssm_err
loginsession_load(struct loginsession *session, const char *path, struct view name,
    struct ssm_error *err)
{
	enum ssm_err rc;

	loginsession_clear(session);
	atomicfile_sweep(path);
	if (io_read_file(&session->text, path) != 0 && errno != ENOENT && errno != ENOTDIR)
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginTokenLoadError",
		    "Error loading login session token: cannot read '%s': %s", path, strerror(errno));
	else if (json_parse(&session->doc, bytes_view(&session->text), "the session", err) != SSM_OK)
		rc = ssm_fail(err, SSM_E_CONFIG, "LoginTokenLoadError", "Error loading login session "
		    "token: Unable to load a existing login session for session %.*s. Please "
		    "reauthenticate with 'aws login'.", VIEW_ARG(name));
	else
		rc = take_parts(session, err);
	if (rc != SSM_OK)
		loginsession_clear(session);
	return rc;
}

enum ssm_err
loginsession_keys(const struct loginsession *session, struct credentials *who,
    struct ssm_error *err)
{
	bytes_set(&who->access_key_id, session->access_key_id);
	bytes_set(&who->secret_access_key, session->secret_access_key);
	bytes_set(&who->session_token, session->session_token);
	bytes_set(&who->account_id, session->account_id);
	who->expires = true;
	who->expiration = session->expires_at;
	return credentials_check(who, "login", err);
}

static void
add_keys(struct bytes *out, const struct credentials *who)
{
	char expires_at[ISO8601_LEN + 1];

	iso8601_format_extended(expires_at, who->expiration);
	jsontext_begin(out);
	jsontext_member(out, "accessKeyId", bytes_view(&who->access_key_id));
	jsontext_member(out, "secretAccessKey", bytes_view(&who->secret_access_key));
	jsontext_member(out, "sessionToken", bytes_view(&who->session_token));
	jsontext_member(out, "accountId", bytes_view(&who->account_id));
	jsontext_member(out, "expiresAt", view_of(expires_at));
	jsontext_end(out);
}

int
loginsession_save(const struct loginsession *session, const char *path,
    const struct credentials *who, struct view refresh_token)
{
	struct bytes text = BYTES_INIT(2 * LOGINSESSION_FILE_MAX);
	int rc = -1;

	jsontext_begin(&text);
	for (size_t i = 0; i < session->doc.count; i++) {
		const struct json_member *member = &session->doc.members[i];

		jsontext_name_view(&text, member->raw_name);
		if (view_is(member->name, "accessToken"))
			add_keys(&text, who);
		else if (view_is(member->name, "refreshToken"))
			jsontext_string(&text, refresh_token);
		else
			bytes_add(&text, member->raw);
	}
	jsontext_end(&text);
	if (bytes_failed(&text))
		errno = ENOMEM;
	else
		rc = atomicfile_write(path, bytes_view(&text));
	bytes_clear(&text);
	return rc;
}

void
loginsession_clear(struct loginsession *session)
{
	json_clear(&session->keys);
	json_clear(&session->doc);
	bytes_clear(&session->text);
	*session = (struct loginsession)LOGINSESSION_INIT;
}
