#include "sandbox_server.h"

#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox_connection.h"

#define READ_MAX 16384
#define CONNECTIONS_MAX 4096
#define REQUEST_SECONDS 30		/* for the next bytes of a request that has begun */
#define ENDING_SECONDS 2		/* for the other side to close first */
#define TIMEOUT ((enum pending_timeout)PENDING_TIMEOUT_USER_REASON_BASE)

/* One loop's state: what its callbacks find behind the context. */
struct loop {
	struct sandbox_server *server;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct sandbox_answer answer;	/* the place where answers are made */
	int spare_fd;			/* given up to tell a client that there is no descriptor left */
	bool over;
};

static const char protocol_clients[] = "clients", protocol_listen[] = "listen",
    protocol_signals[] = "signals";

static struct loop *
loop_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static void
report(struct loop *loop)
{
	struct bytes line = BYTES_INIT(8192);
	const char *text;

	if (loop->server->report == NULL)
		return;
	sandbox_answer_line(&line, &loop->answer);
	if ((text = bytes_cstr(&line)) != NULL)
		loop->server->report(loop->server->context, text);
	bytes_clear(&line);
}

/* Asks the loop for what the connection waits for now. */
static void
arrange(struct lws *wsi, struct sandbox_connection *connection, bool answered)
{
	bool busy = sandbox_reader_busy(&connection->reader);

	if (answered)
		lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	else if (busy && connection->in.len == 0 && connection->phase == SANDBOX_READING)
		lws_set_timeout(wsi, TIMEOUT, REQUEST_SECONDS);
	if (answered && connection->phase == SANDBOX_DELAYED)
		lws_set_timer_usecs(wsi, (lws_usec_t)connection->delay_ms * 1000);
	if (connection->phase == SANDBOX_SENDING ||
	    (connection->phase == SANDBOX_READING && connection->out.len > 0))
		lws_callback_on_writable(wsi);
}

static int
feed(struct lws *wsi, struct sandbox_connection *connection, struct view data)
{
	struct loop *loop = loop_of(wsi);
	struct sandbox_service *service = loop->server->service;
	bool answered;

	if (!sandbox_connection_feed(connection, data, service, time(NULL) + service->clock_offset,
	    &loop->answer, &answered))
		return -1;
	if (answered)
		report(loop);
	arrange(wsi, connection, answered);
	return 0;
}

/*
 * The other side is told that nothing more comes, and what it still sends is dropped until it closes:
 * closing at once could take the answer away before it was read.
 */
static int
end_output(struct lws *wsi)
{
	lws_set_timeout(wsi, TIMEOUT, ENDING_SECONDS);
	return shutdown(lws_get_socket_fd(wsi), SHUT_WR) == 0 ? 0 : -1;
}

static int
send_out(struct lws *wsi, struct sandbox_connection *connection)
{
	struct bytes *out = &connection->out;
	size_t len;

	if (connection->phase == SANDBOX_ENDING)
		return end_output(wsi);
	if (connection->phase == SANDBOX_DELAYED || out->len <= connection->padding)
		return 0;
	if (connection->phase == SANDBOX_SENDING && connection->send_nothing)
		return -1;
	len = out->len - connection->padding;
	if (lws_write(wsi, (unsigned char *)out->ptr + connection->padding, len, LWS_WRITE_RAW) <
	    (int)len)
		return -1;
	sandbox_connection_sent(connection);
	if (connection->phase != SANDBOX_ENDING)
		return feed(wsi, connection, VIEW_NONE);
	lws_callback_on_writable(wsi);		/* once all is out */
	return 0;
}

static int
on_client(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct sandbox_connection *connection = user;

	switch (reason) {
	case LWS_CALLBACK_RAW_ADOPT:
		sandbox_connection_init(connection, LWS_PRE);
		return 0;
	case LWS_CALLBACK_RAW_RX:
		return feed(wsi, connection, (struct view){ in, len });
	case LWS_CALLBACK_RAW_WRITEABLE:
		return send_out(wsi, connection);
	case LWS_CALLBACK_TIMER:
		if (connection->phase == SANDBOX_DELAYED)
			connection->phase = SANDBOX_SENDING;
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_RAW_CLOSE:
		if (connection != NULL)
			sandbox_connection_clear(connection);
		return 0;
	default:
		return 0;
	}
}

/* With no descriptor left the client is refused; leaving it in the queue would spin the loop. */
static bool
refuse_client(struct loop *loop, int listen_fd)
{
	int fd;

	close(loop->spare_fd);
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static int
accept_clients(struct lws *wsi)
{
	struct loop *loop = loop_of(wsi);
	int listen_fd = loop->server->listen_fd, yes = 1;
	lws_sock_file_fd_type client;

	for (;;) {
		client.sockfd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client.sockfd >= 0) {
			setsockopt(client.sockfd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
			lws_adopt_descriptor_vhost(loop->vhost, LWS_ADOPT_SOCKET, client,
			    protocol_clients, NULL);
		} else if (errno == EMFILE || errno == ENFILE) {
			if (!refuse_client(loop, listen_fd))
				return 0;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return 0;
		}
	}
}

static int
on_listen(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	return reason == LWS_CALLBACK_RAW_RX_FILE ? accept_clients(wsi) : 0;
}

static int
on_signals(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user;
	(void)in;
	(void)len;
	if (reason == LWS_CALLBACK_RAW_RX_FILE) {
		struct loop *loop = loop_of(wsi);

		loop->over = loop->server->signalled(loop->server->context);
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = protocol_clients, .callback = on_client,
	    .per_session_data_size = sizeof(struct sandbox_connection), .rx_buffer_size = READ_MAX },
	{ .name = protocol_listen, .callback = on_listen },
	{ .name = protocol_signals, .callback = on_signals },
	{ .name = NULL },
};

/* From here on the loop owns the descriptor, whatever comes of it. */
static bool
watch(struct loop *loop, int fd, const char *protocol)
{
	lws_sock_file_fd_type file = { .filefd = fd };

	return lws_adopt_descriptor_vhost(loop->vhost, LWS_ADOPT_RAW_FILE_DESC, file, protocol, NULL) !=
	    NULL;
}

static bool
start(struct loop *loop)
{
	struct lws_context_creation_info info = { .port = CONTEXT_PORT_NO_LISTEN_SERVER,
	    .protocols = protocols, .user = loop,
	    .pt_serv_buf_size = READ_MAX, .fd_limit_per_thread = CONNECTIONS_MAX,
	    .vhost_name = "sandbox", .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
	    LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME };
	struct sandbox_server *server = loop->server;
	bool listening, watching;

	lws_set_log_level(0, NULL);
	loop->context = lws_create_context(&info);
	if (loop->context != NULL)
		loop->vhost = lws_create_vhost(loop->context, &info);
	if (loop->vhost == NULL) {
		close(server->listen_fd);
		close(server->signal_fd);
		return false;
	}
	listening = watch(loop, server->listen_fd, protocol_listen);
	watching = watch(loop, server->signal_fd, protocol_signals);
	return listening && watching;
}

enum ssm_err
sandbox_serve(struct sandbox_server *server, struct ssm_error *err)
{
	struct loop loop = { .server = server, .answer = SANDBOX_ANSWER_INIT, .spare_fd = -1 };
	enum ssm_err rc = SSM_OK;

	loop.spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (!start(&loop))
		rc = ssm_fail(err, SSM_E_OTHER, "ServerError", "cannot start the server's event loop");
	while (rc == SSM_OK && !loop.over)
		if (lws_service(loop.context, 0) < 0)
			rc = ssm_fail(err, SSM_E_OTHER, "ServerError", "the server's event loop broke off");
	if (loop.context != NULL)
		lws_context_destroy(loop.context);
	if (loop.spare_fd >= 0)
		close(loop.spare_fd);
	sandbox_answer_clear(&loop.answer);
	return rc;
}

void
sandbox_library(struct bytes *out)
{
	struct view version = view_of(lws_get_library_version());

	bytes_add(out, VIEW("libwebsockets/"));
	bytes_add(out, view_slice(version, 0, view_find(version, '-')));	/* the commit is behind it */
}
