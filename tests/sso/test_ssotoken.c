/* ssotoken, ssoconfig: names of cache files, what a token file holds, and what is written back. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/atomicfile.h"
#include "core/io.h"
#include "sign/digest.h"
#include "sso/config.h"
#include "sso/token.h"
#include "tap.h"

#define PATH_LEN 256
#define NOW 1700000000			/* 2023-11-14T22:13:20Z */

static char home[PATH_LEN / 2], path[PATH_LEN];

static void
is_name(struct view session, struct view start_url, const char *expected)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes name = BYTES_INIT(128);

	ok(ssotoken_file_name(&name, session, start_url, &err) == SSM_OK, "a name is made");
	is_view(bytes_view(&name), view_of(expected), "it is %s", expected);
	bytes_clear(&name);
	ssm_error_clear(&err);
}

static void
test_names(void)
{
	struct view url = VIEW("https://d.awsapps.com/start");

	is_name(VIEW("my-sso"), url, "0ad374308c5a4e22f723adf10145eafad7c4031c.json");
	is_name(VIEW_NONE, url, "55ef7a9cf0faa7e6830be02dd04fb62b1c3c5000.json");
	is_name(VIEW("s\xC3\xA9"), url, "9bd61a0d49b4ad8b832156aae690f11fc4e89c7a.json");
}

static void
is_key(const struct ssoconfig *config, const char *text, const char *hash)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct bytes key = BYTES_INIT(1024);
	char hex[DIGEST_SHA1_HEX_LEN + 1] = "";

	ssoconfig_add_key_text(&key, config);
	is_view(bytes_view(&key), view_of(text), "the cache key's text");
	ok(digest_sha1_hex(hex, bytes_view(&key), &err) == SSM_OK, "is hashed");
	is_text(hex, hash, "to the name that the AWS CLI uses");
	bytes_clear(&key);
	ssm_error_clear(&err);
}

static void
test_keys(void)
{
	struct ssoconfig config = { .session = VIEW("my-sso"), .start_url = VIEW("u"),
	    .role_name = VIEW("Role"), .account_id = VIEW("000011112222") };

	is_key(&config, "{\"accountId\":\"000011112222\",\"roleName\":\"Role\",\"sessionName\":\"my-sso\"}",
	    "18b461446a81fa6f48b49ce0616af7b1f7db7b1f");
	config.session = VIEW_NONE;
	config.role_name = VIEW("R\xC3\xB4le");
	is_key(&config, "{\"accountId\":\"000011112222\",\"roleName\":\"R\\u00f4le\",\"startUrl\":\"u\"}",
	    "a79e981c3fb0d21f893f17774c6873da8ad67b31");
}

static struct ssotoken_source
source_of(const char *session)
{
	return (struct ssotoken_source){ .session = view_of(session), .start_url = VIEW("URL"),
	    .region = VIEW("us-east-1"), .path = path };
}

/* Puts text into the file and loads it. */
static enum ssm_err
load(struct ssotoken *token, const char *session, const char *text, struct ssm_error *err)
{
	struct ssotoken_source source = source_of(session);

	unlink(path);
	if (text != NULL && atomicfile_write(path, view_of(text)) != 0)
		diag("cannot write %s", path);
	return ssotoken_load(token, &source, err);
}

static void
test_refused(void)
{
	static const char absent[] = "Error loading SSO Token: Token for S does not exist";
	static const char invalid[] = "Error loading SSO Token: Token for URL is invalid";
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ NULL, absent }, { "", absent }, { "{", absent }, { "[]", absent }, { "nonsense", absent },
		{ "{\"accessToken\":\"marker\",\"expiresAt\":", absent },
		{ "{\"accessToken\":\"a\",\"accessToken\":\"b\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}", absent },
		{ "{}", invalid }, { "{\"accessToken\":\"marker\"}", invalid },
		{ "{\"expiresAt\":\"2099-01-01T00:00:00Z\"}", invalid },
		{ "{\"accessToken\":\"marker\",\"expiresAt\":\"soon\"}", invalid },
		{ "{\"accessToken\":\"marker\",\"expiresAt\":4070908800}", invalid },
		{ "{\"accessToken\":null,\"expiresAt\":\"2099-01-01T00:00:00Z\"}", invalid },
		{ "{\"accessToken\":\"\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}", invalid },
		{ "{\"accessToken\":\"mar\\nker\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}", invalid },
		{ "{\"accessToken\":\"mar\\u0000ker\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}", absent },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct ssotoken token = SSOTOKEN_INIT;

		is_number(load(&token, "S", cases[i].text, &err), SSM_E_CONFIG, "refused: case %zu", i);
		is_text(err.message, cases[i].message, "and why");
		is_number(token.access_token.len, 0, "the token is empty");
		ssotoken_clear(&token);
		ssm_error_clear(&err);
	}
}

static void
test_absent_legacy(void)
{
	struct ssm_error err = SSM_ERROR_INIT;
	struct ssotoken token = SSOTOKEN_INIT;

	is_number(load(&token, NULL, NULL, &err), SSM_E_CONFIG, "legacy: no file");
	is_text(err.message, "Error loading SSO Token: Token for URL does not exist",
	    "is named by its URL");
	ssm_error_clear(&err);
}

static void
test_times(void)
{
	static const struct {
		const char *text;
		long long when;
	} cases[] = {
		{ "2023-11-14T22:13:20Z", NOW }, { "2023-11-14T22:13:20UTC", NOW },
		{ "2023-11-14T22:13:20+00:00", NOW }, { "2023-11-14T22:13:20.5Z", NOW },
		{ "2023-11-14T22:13:20", NOW }, { "2023-11-15T03:43:20+0530", NOW },
	};
	char text[PATH_LEN];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ssm_error err = SSM_ERROR_INIT;
		struct ssotoken token = SSOTOKEN_INIT;

		snprintf(text, sizeof text, "{\"accessToken\":\"t\",\"expiresAt\":\"%s\"}", cases[i].text);
		is_number(load(&token, "S", text, &err), SSM_OK, "a token until %s", cases[i].text);
		is_number(token.expires_at, cases[i].when, "which is that second");
		ssotoken_clear(&token);
		ssm_error_clear(&err);
	}
}

/* Without a refresh token nobody is asked, so that there is no network in here. */
static void
is_state(const char *session, long left, enum ssm_err expected, const char *message)
{
	struct ssotoken_source source = source_of(session);
	enum ssotoken_renewal renewal = SSOTOKEN_REFUSED;
	struct ssm_error err = SSM_ERROR_INIT;
	struct ssotoken token = SSOTOKEN_INIT;

	load(&token, session, "{\"accessToken\":\"t\",\"expiresAt\":\"2023-11-14T22:13:20Z\"}", &err);
	is_number(ssotoken_get(&token, &source, NOW - left, &renewal, &err), expected,
	    "%s, %ld s left", session == NULL ? "legacy" : "session", left);
	is_text(err.message, message, "the message");
	is_number(renewal, SSOTOKEN_KEPT, "no refresh was tried");
	ssotoken_clear(&token);
	ssm_error_clear(&err);
}

static void
test_states(void)
{
	static const char over[] = "The SSO session associated with this profile has expired or is "
	    "otherwise invalid. To refresh this SSO session run aws sso login with the corresponding "
	    "profile.";
	static const char failed[] =
	    "Error when retrieving token from sso: Token has expired and refresh failed";

	for (long left = 1; left < 2000; left += 899) {
		is_state(NULL, left, SSM_OK, "");
		is_state("S", left, SSM_OK, "");
	}
	for (long left = 0; left > -4000; left -= 3600) {
		is_state(NULL, left, SSM_E_CONFIG, over);
		is_state("S", left, SSM_E_CONFIG, failed);
	}
}

static void
test_saved(void)
{
	struct ssotoken_source source = source_of("S");
	struct ssm_error err = SSM_ERROR_INIT;
	struct ssotoken token = SSOTOKEN_INIT;
	struct bytes text = BYTES_INIT(65536);
	struct stat status;

	load(&token, "S", "{\"accessToken\":\"a\\\"b\",\"expiresAt\":\"2023-11-14T22:13:20Z\",\"other\":1,"
	    "\"refreshToken\":\"r\",\"clientId\":\"i\",\"clientSecret\":\"s\","
	    "\"registrationExpiresAt\":\"2024-01-01T00:00:00Z\"}", &err);
	chmod(path, 0644);
	ok(ssotoken_save(&token, &source) == 0 && io_read_file(&text, path) == 0, "a token is saved");
	is_view(bytes_view(&text), VIEW("{\"startUrl\":\"URL\",\"region\":\"us-east-1\",\"accessToken\":"
	    "\"a\\\"b\",\"expiresAt\":\"2023-11-14T22:13:20Z\",\"clientId\":\"i\",\"clientSecret\":\"s\","
	    "\"registrationExpiresAt\":\"2024-01-01T00:00:00Z\",\"refreshToken\":\"r\"}"), "its text");
	ok(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600, "its mode is 0600");
	bytes_reset(&token.refresh_token);
	ok(ssotoken_save(&token, &source) == 0 && io_read_file(&text, path) == 0,
	    "one without a refresh token");
	ok(memmem(text.ptr, text.len, "refreshToken", 12) == NULL, "has no such member");
	ssotoken_clear(&token);
	is_number(ssotoken_load(&token, &source, &err), SSM_OK, "what was saved is loaded");
	is_view(bytes_view(&token.access_token), VIEW("a\"b"), "the same");
	bytes_clear(&text);
	ssotoken_clear(&token);
	ssm_error_clear(&err);
}

int
main(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(home, sizeof home, "%s/ssotokenXXXXXX", base == NULL ? "/tmp" : base);
	if (mkdtemp(home) == NULL)
		skip_all("no temporary directory");
	snprintf(path, sizeof path, "%s/token.json", home);
	test_names();
	test_keys();
	test_refused();
	test_absent_legacy();
	test_times();
	test_states();
	test_saved();
	unlink(path);
	ok(rmdir(home) == 0, "no other file was left");
	return done_testing();
}
