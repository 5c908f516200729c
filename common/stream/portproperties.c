#include "stream/portproperties.h"

#include "json/text.h"

#define SMUX_ABOVE "3.0.196.0"		/* agents after this one have it */
#define KEEPALIVE_UP_TO "3.1.1511.0"	/* agents after this one need none of a client that is new enough */

/* Part by part, as numbers; one that is missing, or is none, is 0. */
static bool
is_above(struct view version, const char *than)
{
	struct view other = view_of(than);

	while (version.len > 0 || other.len > 0) {
		unsigned long long ours = 0, theirs = 0;

		if (!view_number(view_take(&version, '.'), &ours))
			ours = 0;
		if (!view_number(view_take(&other, '.'), &theirs))
			theirs = 0;
		if (ours != theirs)
			return ours > theirs;
	}
	return false;
}

static void
keep(struct bytes *out, const struct json_doc *doc, const char *name)
{
	struct view text = json_text(doc, name);

	bytes_set(out, view_slice(text, 0, text.len < out->max ? text.len : out->max));
}

void
portproperties_read(struct portproperties *properties, const struct json_doc *text, struct view agent_version)
{
	keep(&properties->port, text, "portNumber");
	keep(&properties->host, text, "host");
	keep(&properties->local_port, text, "localPortNumber");
	properties->has_socket = view_is(json_text(text, "localConnectionType"), "unix");
	if (properties->has_socket)
		keep(&properties->local_socket, text, "localUnixSocket");
	if (!view_is(json_text(text, "type"), "LocalPortForwarding"))
		properties->mode = PORTPROPERTIES_STREAMS;
	else if (is_above(agent_version, SMUX_ABOVE))
		properties->mode = PORTPROPERTIES_SMUX;
	else
		properties->mode = PORTPROPERTIES_BASIC;
	properties->keepalive = !is_above(agent_version, KEEPALIVE_UP_TO);
}

bool
portproperties_lack_memory(const struct portproperties *properties)
{
	return bytes_failed(&properties->port) || bytes_failed(&properties->host) ||
	    bytes_failed(&properties->local_port) || bytes_failed(&properties->local_socket);
}

void
portproperties_clear(struct portproperties *properties)
{
	bytes_clear(&properties->port);
	bytes_clear(&properties->host);
	bytes_clear(&properties->local_port);
	bytes_clear(&properties->local_socket);
}
