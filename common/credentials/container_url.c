#include "credentials/container_url.h"

#include <arpa/inet.h>

#include "core/ascii.h"
#include "core/percent.h"

#define AGENT "169.254.170.2"
#define AGENTS_TEXT AGENT ", 169.254.170.23, fd00:ec2::23, localhost"

/* In lower case and without brackets, as messages show it and rules compare it. */
static void
plain_host(char host[256], struct view text)
{
	size_t len = 0;

	if (text.len > 1 && text.ptr[0] == '[')
		text = view_slice(text, 1, text.len - 1);
	for (; len < text.len && len < 255; len++)
		host[len] = ascii_lower(text.ptr[len]);
	host[len] = '\0';
}

static bool
is_loopback_address(const char *host)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && memcmp(&six, &loopback, sizeof six) == 0;
}

static bool
is_agent(const char *host)
{
	static const char *const hosts[] = { AGENT, "169.254.170.23", "fd00:ec2::23", "localhost" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return false;
}

static enum ssm_err
check(const struct url *url, const char *variable, struct ssm_error *err)
{
	bool tls = view_equal_nocase(url->scheme, VIEW("https"));
	char host[256];

	plain_host(host, url->host);
	if (!tls && !view_equal_nocase(url->scheme, VIEW("http")))
		return url_fail(url, SSM_E_CONFIG, variable, url->text.ptr,
		    "a scheme that is neither http nor https", err);
	if (!tls && !is_loopback_address(host) && !is_agent(host))
		return ssm_fail(err, SSM_E_CONFIG, "ValueError", "Unsupported host '%s'.  Can only "
		    "retrieve metadata from a loopback address or one of these hosts: " AGENTS_TEXT,
		    host);
	if (url->user_info.ptr != NULL)
		return url_fail(url, SSM_E_CONFIG, variable, url->user_info.ptr, "a user name", err);
	return SSM_OK;
}

/* A blank and its like behind the host are sent as botocore sends them: percent-encoded. */
static void
add_encoded(struct bytes *out, struct view uri)
{
	for (size_t i = 0; i < uri.len; i++) {
		unsigned char c = (unsigned char)uri.ptr[i];

		if (c >= 0x80 || strchr(" \"<>\\^`{|}", c) != NULL)
			percent_encode(out, view_slice(uri, i, i + 1), "");
		else
			bytes_add_char(out, (char)c);
	}
}

/* Where path, query or fragment begins. */
static size_t
host_end(struct view uri, bool has_scheme)
{
	const char *scheme = has_scheme ? memmem(uri.ptr, uri.len, "://", 3) : NULL;
	size_t at = scheme == NULL ? 0 : (size_t)(scheme - uri.ptr) + 3;

	while (at < uri.len && strchr("/?#", uri.ptr[at]) == NULL)
		at++;
	return at;
}

enum ssm_err
container_url_choose(struct bytes *text, struct url *url, const char *relative, const char *full,
    struct ssm_error *err)
{
	const char *variable = relative != NULL ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" :
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI";
	struct view given = view_of(relative != NULL ? relative : full);
	size_t end;
	enum ssm_err rc;

	bytes_reset(text);
	bytes_add_text(text, relative != NULL ? "http://" AGENT : "");
	end = host_end(given, relative == NULL);
	bytes_add(text, view_slice(given, 0, end));
	add_encoded(text, view_slice(given, end, given.len));
	if (bytes_failed(text))
		return ssm_fail(err, SSM_E_CONFIG, "InvalidUrl", "%s: longer than %d bytes", variable,
		    URL_LEN_MAX);
	if ((rc = url_parse(url, bytes_view(text), variable, err)) != SSM_OK)
		return err->rc = SSM_E_CONFIG;
	return check(url, variable, err);
}
