#include "http/tunnel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/io.h"
#include "http/fault.h"
#include "http/setup.h"

enum tunnel_state { TUNNEL_CLOSED, TUNNEL_DIALLING, TUNNEL_CONNECTED };

struct tunnel {
	struct loop *loop;
	struct tunnel_calls calls;
	CURLM *multi;
	CURLSH *share;			/* TLS sessions, for the next dial */
	CURL *easy;
	struct httpfields fields;
	struct httpsetup_told told;
	enum trust trust, system;
	bool no_verify;
	struct reuse reuse;
	struct transfer transfer;	/* never sent; what setup and fault know of a connection */
	enum tunnel_state state;
	CURLcode begun;			/* whether libcurl could be told to dial */
	/*
	 * While libcurl dials, its descriptors are in an epoll of their own: it closes some without a word, for
	 * which the loop would end.
	 */
	struct loop_watch dialling, socket;
	struct loop_timer timer;
	char reason[CURL_ERROR_SIZE];
};

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
	struct tunnel *tunnel = context;
	struct epoll_event event = { .data.fd = fd, .events = (what & CURL_POLL_IN ? EPOLLIN : 0U) |
	    (what & CURL_POLL_OUT ? EPOLLOUT : 0U) };

	(void)easy, (void)unused;
	if (what == CURL_POLL_REMOVE)
		epoll_ctl(tunnel->dialling.fd, EPOLL_CTL_DEL, fd, NULL);
	else if (epoll_ctl(tunnel->dialling.fd, EPOLL_CTL_MOD, fd, &event) != 0 &&
	    epoll_ctl(tunnel->dialling.fd, EPOLL_CTL_ADD, fd, &event) != 0)
		return -1;
	return 0;
}

static int
on_timer(CURLM *multi, long milliseconds, void *context)
{
	struct tunnel *tunnel = context;

	(void)multi;
	if (milliseconds < 0)
		loop_unset(&tunnel->timer);
	else
		loop_set(tunnel->loop, &tunnel->timer, loop_now(tunnel->loop) + (uint64_t)milliseconds);
	return 0;
}

static void
on_ready(void *owner, unsigned events)
{
	struct tunnel *tunnel = owner;

	tunnel->calls.ready(tunnel->calls.owner, events);
}

/* From here on the descriptor is ours to wait for. */
static void
connected(struct tunnel *tunnel)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	loop_ask(tunnel->loop, &tunnel->dialling, 0);
	loop_unset(&tunnel->timer);
	curl_easy_getinfo(tunnel->easy, CURLINFO_ACTIVESOCKET, &fd);
	tunnel->socket.fd = fd;
	tunnel->state = TUNNEL_CONNECTED;
	tunnel->calls.connected(tunnel->calls.owner);
}

static void dial(struct tunnel *tunnel);

static void
failed(struct tunnel *tunnel, CURLcode rc)
{
	struct transfer *transfer = &tunnel->transfer;

	if (tunnel->reuse.no_memory && rc == CURLE_COULDNT_CONNECT)
		rc = CURLE_OUT_OF_MEMORY;
	tunnel->reuse.no_memory = false;
	transfer->response.failure = httpfault_classify(tunnel->easy, transfer, rc, tunnel->reason);
	httpfault_note(tunnel->easy, transfer, rc, tunnel->reason);
	tunnel_close(tunnel);
	if (trust_grows(&tunnel->system, tunnel->trust, transfer))
		dial(tunnel);
	else
		tunnel->calls.failed(tunnel->calls.owner, &transfer->response);
}

/* Whether libcurl is done with dialling, and what came of it. */
static bool
has_ended(const struct tunnel *tunnel, CURLcode *rc)
{
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(tunnel->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE) {
			*rc = message->data.result;
			return true;
		}
	return false;
}

/* Nothing is touched behind what tells the owner: it may have let go. */
static void
settle(struct tunnel *tunnel, CURLMcode said)
{
	CURLcode rc = CURLE_FAILED_INIT;

	if (said == CURLM_OK && !has_ended(tunnel, &rc))
		return;
	if (rc == CURLE_OK)
		connected(tunnel);
	else
		failed(tunnel, rc);
}

static void
on_dialling(void *owner, unsigned events)
{
	struct tunnel *tunnel = owner;
	struct epoll_event ready[8];
	int count = epoll_wait(tunnel->dialling.fd, ready, ARRAY_LEN(ready), 0), running;
	CURLMcode rc = CURLM_OK;

	(void)events;
	for (int i = 0; i < count && rc == CURLM_OK; i++)
		rc = curl_multi_socket_action(tunnel->multi, ready[i].data.fd,
		    (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
		    (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		    (ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0), &running);
	settle(tunnel, rc);
}

static void
on_due(void *owner)
{
	struct tunnel *tunnel = owner;
	int running;

	if (tunnel->begun != CURLE_OK)
		failed(tunnel, tunnel->begun);
	else
		settle(tunnel, curl_multi_socket_action(tunnel->multi, CURL_SOCKET_TIMEOUT, 0, &running));
}

static CURLcode
prepare(struct tunnel *tunnel)
{
	struct transfer *transfer = &tunnel->transfer;
	CURLcode rc;

	tunnel->trust = trust_choose(&tunnel->system, transfer, tunnel->no_verify);
	tunnel->reason[0] = '\0';
	response_reset(&transfer->response);
	transfer->connected = 0;
	if ((rc = httpsetup_apply(tunnel->easy, &tunnel->told, tunnel->trust, transfer,
	    &tunnel->fields)) == CURLE_OK && curl_multi_add_handle(tunnel->multi, tunnel->easy) != CURLM_OK)
		rc = CURLE_OUT_OF_MEMORY;
	return rc;
}

static void
dial(struct tunnel *tunnel)
{
	tunnel->state = TUNNEL_DIALLING;
	loop_ask(tunnel->loop, &tunnel->dialling, LOOP_READ);
	if ((tunnel->begun = prepare(tunnel)) != CURLE_OK)
		loop_set(tunnel->loop, &tunnel->timer, loop_now(tunnel->loop));
}

static bool
open_multi(struct tunnel *tunnel)
{
	CURLM *multi = tunnel->multi = curl_multi_init();

	return multi != NULL && (tunnel->share = curl_share_init()) != NULL &&
	    curl_share_setopt(tunnel->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) == CURLSHE_OK &&
	    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
	    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, tunnel) == CURLM_OK &&
	    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer) == CURLM_OK &&
	    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, tunnel) == CURLM_OK;
}

static bool
open_all(struct tunnel *tunnel)
{
	return (tunnel->dialling.fd = epoll_create1(EPOLL_CLOEXEC)) >= 0 && open_multi(tunnel) &&
	    (tunnel->easy = curl_easy_init()) != NULL &&
	    httpsetup_fixed(tunnel->easy, tunnel->share, &tunnel->reuse, tunnel->reason, tunnel) == CURLE_OK &&
	    httpsetup_tunnel(tunnel->easy) == CURLE_OK;
}

enum ssm_err
tunnel_new(struct tunnel **tunnel, struct loop *loop, const struct tunnel_calls *calls, struct ssm_error *err)
{
	struct tunnel *new = calloc(1, sizeof *new);

	*tunnel = NULL;
	if (new == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(new);
		return ssm_fail_memory(err);
	}
	new->loop = loop;
	new->calls = *calls;
	new->told = (struct httpsetup_told)HTTPSETUP_TOLD_INIT;
	new->fields = (struct httpfields)HTTPFIELDS_INIT;
	new->transfer = (struct transfer)TRANSFER_INIT;
	new->transfer.method = HTTP_GET;
	new->transfer.reuse = &new->reuse;
	reuse_start(&new->reuse);
	new->dialling = (struct loop_watch){ .fd = -1, .ready = on_dialling, .owner = new };
	new->socket = (struct loop_watch){ .fd = -1, .ready = on_ready, .owner = new };
	new->timer = (struct loop_timer){ .due = on_due, .owner = new };
	if (!open_all(new)) {
		tunnel_free(new);
		return ssm_fail_memory(err);
	}
	*tunnel = new;
	return SSM_OK;
}

void
tunnel_dial(struct tunnel *tunnel, const struct tunnel_plan *plan)
{
	struct transfer *transfer = &tunnel->transfer;

	tunnel_close(tunnel);
	transfer->url = plan->address;
	transfer->proxy = plan->proxy;
	transfer->ca_bundle = plan->ca_bundle;
	transfer->connect_timeout = plan->connect_timeout;
	tunnel->no_verify = plan->no_verify;
	dial(tunnel);
}

void
tunnel_ask(struct tunnel *tunnel, unsigned events)
{
	if (tunnel->state == TUNNEL_CONNECTED)
		loop_ask(tunnel->loop, &tunnel->socket, events);
}

static enum tunnel_io
judge(struct tunnel *tunnel, CURLcode rc)
{
	if (rc == CURLE_OK)
		return TUNNEL_DONE;
	if (rc == CURLE_AGAIN)
		return TUNNEL_WAIT;
	httpfault_words(tunnel->reason, sizeof tunnel->reason, rc);
	return TUNNEL_GONE;
}

enum tunnel_io
tunnel_receive(struct tunnel *tunnel, char *to, size_t size, size_t *got)
{
	enum tunnel_io io;

	*got = 0;
	tunnel->reason[0] = '\0';
	io = judge(tunnel, curl_easy_recv(tunnel->easy, to, size, got));
	return io == TUNNEL_DONE && *got == 0 ? TUNNEL_END : io;
}

enum tunnel_io
tunnel_send(struct tunnel *tunnel, struct view bytes, size_t *sent)
{
	enum tunnel_io io;

	*sent = 0;
	tunnel->reason[0] = '\0';
	io = judge(tunnel, curl_easy_send(tunnel->easy, bytes.ptr, bytes.len, sent));
	return io == TUNNEL_DONE && *sent == 0 ? TUNNEL_WAIT : io;
}

const char *
tunnel_reason(const struct tunnel *tunnel)
{
	return tunnel->reason;
}

void
tunnel_user_timeout(struct tunnel *tunnel, unsigned milliseconds)
{
	if (tunnel->state == TUNNEL_CONNECTED)
		setsockopt(tunnel->socket.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

/* Out of its multi, the handle lets go of its connection. */
void
tunnel_close(struct tunnel *tunnel)
{
	loop_ask(tunnel->loop, &tunnel->dialling, 0);
	loop_ask(tunnel->loop, &tunnel->socket, 0);
	tunnel->socket.fd = -1;
	if (tunnel->state != TUNNEL_CLOSED)
		curl_multi_remove_handle(tunnel->multi, tunnel->easy);
	tunnel->state = TUNNEL_CLOSED;
	loop_unset(&tunnel->timer);
}

void
tunnel_free(struct tunnel *tunnel)
{
	if (tunnel == NULL)
		return;
	tunnel_close(tunnel);
	curl_easy_cleanup(tunnel->easy);
	httpfields_clear(&tunnel->fields);
	curl_multi_cleanup(tunnel->multi);
	curl_share_cleanup(tunnel->share);
	curl_global_cleanup();
	loop_unset(&tunnel->timer);
	io_close(&tunnel->dialling.fd);
	reuse_end(&tunnel->reuse);
	httpsetup_told_clear(&tunnel->told);
	transfer_clear(&tunnel->transfer);
	free(tunnel);
}
