#include "sandbox/server.h"

#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io.h"
#include "sandbox/connection.h"
#include "sandbox/channel/faulty.h"
#include "sandbox/channel/peer.h"
#include "sandbox/channel/serving.h"
#include "sandbox/channel/websocket.h"

#define READ_MAX 16384
#define CONNECTIONS_MAX 8192
#define FILES_MAX 65536
#define REQUEST_SECONDS 30		/* for the next bytes of a request that has begun */
#define ENDING_SECONDS 2		/* for the other side to close first */
#define TIMEOUT ((enum pending_timeout)PENDING_TIMEOUT_USER_REASON_BASE)

static const char protocol_clients[] = "clients", protocol_listen[] = "listen",
    protocol_signals[] = "signals",
    protocol_programs[] = "programs", protocol_websocket[] = "data-channel";

static void
report(struct serving *serving)
{
	struct bytes line = BYTES_INIT(8192);

	sandbox_answer_line(&line, &serving->answer);
	serving_report(serving, &line);
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

/* Nobody else is to have a shell of this user. */
static void
check_peer(struct lws *wsi, struct sandbox_connection *connection, time_t now)
{
	struct sandbox_answer *answer = &serving_of(wsi)->answer;

	if (!connection->upgraded || sandbox_peer_is_own(lws_get_socket_fd(wsi)))
		return;
	answer->ending = SANDBOX_WHOLE;
	answer->close = true;
	sandbox_refuse(answer, FAULT_ACCESS_DENIED, "data channels are for the user who runs ssm-sandbox");
	snprintf(answer->note, sizeof answer->note, "from another user");
	answer->status = HTTP_STATUS_FORBIDDEN;
	sandbox_connection_answer_anew(connection, answer, now);
}

static int
feed(struct lws *wsi, struct sandbox_connection *connection, struct view data)
{
	struct serving *serving = serving_of(wsi);
	struct sandbox_service *service = serving->server->service;
	time_t now = time(NULL) + service->clock_offset;
	bool answered;

	if (!sandbox_connection_feed(connection, data, service, now, &serving->answer, &answered))
		return -1;
	if (answered) {
		check_peer(wsi, connection, now);
		report(serving);
		if (service->faults.changed)
			faulty_look(service);
	}
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

/*
 * From here on the socket is one that libwebsockets has accepted and read the head from. It does not let go of
 * a socket without shutting it down, so the one it has is replaced by what that does nothing to.
 */
static int
hand_over(struct lws *wsi, struct sandbox_connection *connection)
{
	struct serving *serving = serving_of(wsi);
	struct bytes *read = &connection->out;
	int before = lws_get_socket_fd(wsi), fd = fcntl(before, F_DUPFD_CLOEXEC, 0);

	bytes_add(read, bytes_view(&connection->in));
	if (fd < 0)
		return -1;
	if (bytes_failed(read) || serving->spare_fd < 0 || dup3(serving->spare_fd, before, O_CLOEXEC) < 0)
		close(fd);
	else
		lws_adopt_socket_vhost_readbuf(serving->vhost, fd, read->ptr + connection->padding,
		    read->len - connection->padding);
	return -1;
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
	if (connection->upgraded)
		return hand_over(wsi, connection);
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
refuse_client(struct serving *serving, int listen_fd)
{
	int fd;

	close(serving->spare_fd);
	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	serving->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static int
accept_clients(struct lws *wsi)
{
	struct serving *serving = serving_of(wsi);
	int listen_fd = serving->server->listen_fd, yes = 1;
	lws_sock_file_fd_type client;

	for (;;) {
		client.sockfd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client.sockfd >= 0) {
			setsockopt(client.sockfd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
			lws_adopt_descriptor_vhost(serving->vhost, LWS_ADOPT_SOCKET, client,
			    protocol_clients, NULL);
		} else if (errno == EMFILE || errno == ENFILE) {
			if (!refuse_client(serving, listen_fd))
				return 0;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return 0;
		}
	}
}

/* A client waits, or a signal came; or the loop has something to do, which it does when it stops waiting. */
static int
on_descriptor(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct serving *serving = serving_of(wsi);

	(void)user, (void)in, (void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE)
		return 0;
	if (lws_get_protocol(wsi)->name == protocol_listen)
		return accept_clients(wsi);
	if (lws_get_protocol(wsi)->name == protocol_signals)
		serving->over = sandbox_command_signalled(serving->server->command);
	return 0;
}

/* The first one is what WebSockets get that name none. */
static const struct lws_protocols protocols[] = {
	{ .name = protocol_websocket, .callback = sandbox_on_websocket,
	    .per_session_data_size = sizeof(struct websocket), .rx_buffer_size = WEBSOCKET_READ_MAX },
	{ .name = protocol_clients, .callback = on_client,
	    .per_session_data_size = sizeof(struct sandbox_connection), .rx_buffer_size = READ_MAX },
	{ .name = protocol_listen, .callback = on_descriptor },
	{ .name = protocol_signals, .callback = on_descriptor },
	{ .name = protocol_programs, .callback = on_descriptor },
	{ .name = NULL },
};

/* From here on the loop owns the descriptor, whatever comes of it. */
static bool
watch(struct serving *serving, int fd, const char *protocol)
{
	lws_sock_file_fd_type file = { .filefd = fd };

	return lws_adopt_descriptor_vhost(serving->vhost, LWS_ADOPT_RAW_FILE_DESC, file, protocol, NULL) !=
	    NULL;
}

static bool
start(struct serving *serving)
{
	struct lws_context_creation_info info = { .port = CONTEXT_PORT_NO_LISTEN_SERVER,
	    .protocols = protocols, .user = serving,
	    .pt_serv_buf_size = READ_MAX, .fd_limit_per_thread = CONNECTIONS_MAX,
	    .vhost_name = "sandbox", .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
	    LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME };
	struct sandbox_server *server = serving->server;
	bool listening, signals, programs;

	lws_set_log_level(0, NULL);
	serving->context = lws_create_context(&info);
	if (serving->context != NULL)
		serving->vhost = lws_create_vhost(serving->context, &info);
	if (serving->vhost == NULL) {
		close(server->listen_fd);
		close(server->command->signals.fd);
		return false;
	}
	listening = watch(serving, server->listen_fd, protocol_listen);
	signals = watch(serving, server->command->signals.fd, protocol_signals);
	programs = watch(serving, fcntl(serving->loop.fd, F_DUPFD_CLOEXEC, 0), protocol_programs);
	return listening && signals && programs;
}

static void
ring(lws_sorted_usec_list_t *alarm)
{
	(void)alarm;			/* to have been woken is enough */
}

/* The loop's waiting: clients are served meanwhile. */
static void
wait_serving(void *context, int fd, int timeout)
{
	struct serving *serving = context;

	(void)fd;			/* it is among those that libwebsockets watches */
	if (timeout > 0)
		lws_sul_schedule(serving->context, 0, &serving->alarm, ring, (lws_usec_t)timeout * 1000);
	if (lws_service(serving->context, timeout == 0 ? -1 : 0) < 0)
		serving->broken = true;
	lws_sul_schedule(serving->context, 0, &serving->alarm, ring, LWS_SET_TIMER_USEC_CANCEL);
}

/* Each session takes a socket, a terminal and its program's own: as many as this process may have. */
static void
raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
	setrlimit(RLIMIT_NOFILE, &files);
}

static enum ssm_err
serve(struct serving *serving, struct ssm_error *err)
{
	if (loop_open(&serving->loop) != 0 || !start(serving))
		return ssm_fail(err, SSM_E_OTHER, "ServerError", "cannot start the server's event loop");
	serving->loop.wait = wait_serving;
	serving->loop.context = serving;
	while (!serving->over)
		if (loop_turn(&serving->loop, LOOP_FOREVER) != 0 || serving->broken)
			return ssm_fail(err, SSM_E_OTHER, "ServerError", "the server's event loop broke off");
	return SSM_OK;
}

enum ssm_err
sandbox_serve(struct sandbox_server *server, struct ssm_error *err)
{
	struct serving serving = { .server = server, .service = server->service,
	    .mask = &server->command->signals.before, .report = server->report,
	    .report_context = server->context, .answer = SANDBOX_ANSWER_INIT, .loop = { .fd = -1 } };
	enum ssm_err rc;

	raise_limit();
	serving.spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	rc = serve(&serving, err);
	if (serving.context != NULL)
		lws_context_destroy(serving.context);
	sandbox_channels_clear(&server->service->channels);
	loop_close(&serving.loop);
	io_close(&serving.spare_fd);
	sandbox_answer_clear(&serving.answer);
	return rc;
}

void
sandbox_library(struct bytes *out)
{
	struct view version = view_of(lws_get_library_version());

	bytes_add(out, VIEW("libwebsockets/"));
	bytes_add(out, view_slice(version, 0, view_find(version, '-')));	/* the commit is behind it */
}
