#include "session/connection/address.h"

#include "aws/streamendpoint.h"

#define WHAT "the endpoint of the data channel"

static void
add_host_of(struct bytes *text, const struct url *url)
{
	bytes_add(text, streamendpoint_is_plain(url->scheme) ? VIEW("http://") : VIEW("https://"));
	bytes_add(text, url->host);
	if (url->port != 0)
		bytes_print(text, ":%u", url->port);
}

static enum ssm_err
compose(struct sessionaddress *address, const struct url *stream, struct view endpoint, struct ssm_error *err)
{
	struct url url;
	enum ssm_err rc = SSM_OK;

	if (endpoint.len > 0 && (rc = streamendpoint_parse(&url, endpoint, err)) != SSM_OK)
		return rc;
	bytes_reset(&address->text);
	add_host_of(&address->text, endpoint.len > 0 ? &url : stream);
	bytes_add(&address->text, stream->path);
	if (stream->query.ptr != NULL) {
		bytes_add_char(&address->text, '?');
		bytes_add(&address->text, stream->query);
	}
	return bytes_failed(&address->text) ? ssm_fail_memory(err) : SSM_OK;
}

enum ssm_err
sessionaddress_choose(struct sessionaddress *address, const struct streamurl *stream, struct view endpoint,
    char *const *environment, struct ssm_error *err)
{
	struct url url;
	enum ssm_err rc;

	if ((rc = url_parse(&url, stream->text, "StreamUrl", err)) != SSM_OK ||
	    (rc = compose(address, &url, endpoint, err)) != SSM_OK ||
	    (rc = url_parse(&address->url, bytes_view(&address->text), WHAT, err)) != SSM_OK)
		return rc;
	bytes_reset(&address->host);
	url_host_header(&address->host, &address->url);
	bytes_reset(&address->proxy);
	rc = proxy_choose(&address->proxy, &address->url, environment, err);
	return rc == SSM_OK && bytes_failed(&address->host) ? ssm_fail_memory(err) : rc;
}

/* The Host field has the port, unless it is the scheme's; the proxy follows from both. */
bool
sessionaddress_shares_host(const struct sessionaddress *address, const struct sessionaddress *other)
{
	return view_equal(address->url.scheme, other->url.scheme) &&
	    view_equal(bytes_view(&address->host), bytes_view(&other->host));
}

struct view
sessionaddress_target(const struct sessionaddress *address)
{
	const struct url *url = &address->url;
	size_t begin = (size_t)(url->path.ptr - url->text.ptr);

	return view_slice(url->text, begin, url->text.len);
}

void
sessionaddress_clear(struct sessionaddress *address)
{
	bytes_clear(&address->text);
	bytes_clear(&address->host);
	bytes_clear(&address->proxy);
}
