/*
 * http/tunnel: a connected stream of bytes, to be spoken on by whoever asked for it.
 *
 * Purpose:   name, proxy (by CONNECT, for http too), TCP and TLS as http/http has them, from the same code and by
 *            the same rules, in a process/loop, which never waits for them. Then bytes, either way.
 * Units:     milliseconds.
 * Ownership: what a plan names is borrowed until the tunnel is closed. Callbacks may close the tunnel; `failed` may
 *            free it.
 * Errors:    of dialling: through `failed`, as transfers fail (http/response.h); of a connection: TUNNEL_GONE, and
 *            tunnel_reason().
 * Reading:   TLS keeps bytes that it has taken, of which the loop knows nothing: whoever is told that something came
 *            reads until TUNNEL_WAIT.
 * Does not:  speak HTTP, beyond a proxy's CONNECT; read the environment; dial twice (but with the whole of the
 *            system's authorities when their directory lacked one).
 */
#ifndef SSM_HTTP_TUNNEL_H
#define SSM_HTTP_TUNNEL_H

#include "core/err.h"
#include "http/response.h"
#include "process/loop.h"

struct url;

struct tunnel_plan {
	const struct url *address;	/* https: with TLS; http: without */
	struct view proxy;		/* its URL, or empty */
	const char *ca_bundle;		/* trusted in place of the system's authorities, or NULL */
	bool no_verify;			/* any certificate will do */
	unsigned connect_timeout;	/* name, connection and handshake together; 0: no limit */
};

struct tunnel_calls {
	void (*connected)(void *owner);
	void (*failed)(void *owner, const struct response *why);	/* its failure and reasons; nothing follows */
	void (*ready)(void *owner, unsigned events);	/* LOOP_READ, LOOP_WRITE, as asked for */
	void *owner;
};

enum tunnel_io {
	TUNNEL_DONE,			/* some bytes went or came */
	TUNNEL_WAIT,			/* none can now */
	TUNNEL_END,			/* the other side has ended it in good order */
	TUNNEL_GONE,
};

struct tunnel;

/* Starts libcurl, which takes some milliseconds. */
enum ssm_err tunnel_new(struct tunnel **tunnel, struct loop *loop, const struct tunnel_calls *calls,
    struct ssm_error *err) __attribute__((warn_unused_result));

/* What comes of it is told from the loop. */
void tunnel_dial(struct tunnel *tunnel, const struct tunnel_plan *plan);

/* Of a tunnel that is connected: what is to be told of from now on, or 0. */
void tunnel_ask(struct tunnel *tunnel, unsigned events);

/* size is more than 0, *got is as well when it is TUNNEL_DONE. */
enum tunnel_io tunnel_receive(struct tunnel *tunnel, char *to, size_t size, size_t *got);

/* After TUNNEL_WAIT the same bytes, at the same place, come next; more may stand behind them. */
enum tunnel_io tunnel_send(struct tunnel *tunnel, struct view bytes, size_t *sent);

/* Why it is gone: the transport's words, in ASCII. */
const char *tunnel_reason(const struct tunnel *tunnel);

/* TCP_USER_TIMEOUT; 0: the system's own. */
void tunnel_user_timeout(struct tunnel *tunnel, unsigned milliseconds);

/* At once, whatever it does; it can be dialled anew. */
void tunnel_close(struct tunnel *tunnel);

void tunnel_free(struct tunnel *tunnel);

#endif
