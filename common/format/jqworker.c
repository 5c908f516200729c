#include "format/jqworker.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/io.h"

size_t
jqworker_memory(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* A head and what is behind it, or false: the other side is gone, of which no signal is to tell. */
static bool
send_both(int fd, const void *head, size_t head_len, struct view body)
{
	struct iovec parts[] = { { (void *)(uintptr_t)head, head_len },
		{ (void *)(uintptr_t)body.ptr, body.len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_LEN(parts) };

	while (message.msg_iovlen > 0) {
		ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
		size_t sent = n > 0 ? (size_t)n : 0;

		if (n < 0 && errno != EINTR)
			return false;
		for (; message.msg_iovlen > 0 && sent >= message.msg_iov->iov_len; message.msg_iovlen--)
			sent -= message.msg_iov++->iov_len;
		if (message.msg_iovlen > 0) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= sent;
		}
	}
	return true;
}

static bool
receive_all(int fd, void *to, size_t len)
{
	char *at = to;

	while (len > 0) {
		ssize_t n = io_read(fd, at, len);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* Len bytes behind what *to has. */
static bool
receive_bytes(int fd, struct bytes *to, size_t len)
{
	char *room = len == 0 ? NULL : bytes_room(to, len);

	if (len > 0 && (room == NULL || !receive_all(fd, room, len)))
		return false;
	bytes_grew(to, len);
	return true;
}

/* --- the copy --- */

static void
fill_reply(struct jqworker_reply *reply, const struct bytes *out, const struct ssm_error *err)
{
	memset(reply, 0, sizeof *reply);
	reply->full = bytes_failed(out);
	reply->len = out->len;
	reply->rc = err->rc;
	snprintf(reply->code, sizeof reply->code, "%s", err->code);
	snprintf(reply->message, sizeof reply->message, "%s", err->message);
}

/* Documents until there are no more or the memory is to be given back. */
static void
serve(int fd, jqworker_work *work, void *context, size_t growth_max, size_t out_max)
{
	struct bytes document = BYTES_INIT(out_max), out = BYTES_INIT(out_max);
	struct ssm_error err = SSM_ERROR_INIT;
	struct jqworker_reply reply = { .last = false };
	size_t before = jqworker_memory(), len;

	while (!reply.last && receive_all(fd, &len, sizeof len) && receive_bytes(fd, &document, len)) {
		bool more = work(context, bytes_view(&document), &out, &err);

		fill_reply(&reply, &out, &err);
		reply.ended = !more;
		bytes_clear(&document);
		reply.last = jqworker_memory() > before + growth_max + out.cap;
		if (!send_both(fd, &reply, sizeof reply, bytes_view(&out)))
			break;
		bytes_reset(&out);
		ssm_error_clear(&err);
	}
}

/* --- the one that asks --- */

static enum ssm_err
fail(struct ssm_error *err)
{
	return ssm_fail(err, SSM_E_OTHER, "JqError", "jq: no process for the program: %s", strerror(errno));
}

enum ssm_err
jqworker_connect(struct jqworker *worker, struct ssm_error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return fail(err);
	worker->fd = ends[0];
	worker->copy_fd = ends[1];
	return SSM_OK;
}

enum ssm_err
jqworker_start(struct jqworker *worker, jqworker_work *work, void *context, size_t growth_max,
    size_t out_max, struct ssm_error *err)
{
	pid_t parent = getpid();
	enum ssm_err rc;

	if ((worker->pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		io_close(&worker->fd);
		if (getppid() == parent)
			serve(worker->copy_fd, work, context, growth_max, out_max);
		_exit(0);
	}
	rc = worker->pid < 0 ? fail(err) : SSM_OK;
	io_close(&worker->copy_fd);
	if (rc != SSM_OK)
		io_close(&worker->fd);
	return rc;
}

/* When libjq failed in it, it has said so, as this process would have. */
static enum ssm_err
bury(struct jqworker *worker, struct ssm_error *err)
{
	int status = 0, told = ssm_exit_code(SSM_E_OTHER);

	io_close(&worker->fd);
	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == told)
		_exit(told);
	if (WIFSIGNALED(status))
		return ssm_fail(err, SSM_E_OTHER, "JqError",
		    "jq: the process that ran the program was ended by signal %d", WTERMSIG(status));
	return ssm_fail_memory(err);
}

enum ssm_err
jqworker_ask(struct jqworker *worker, struct view document, struct bytes *out, bool *ended,
    struct ssm_error *err)
{
	struct jqworker_reply reply;

	if (!send_both(worker->fd, &document.len, sizeof document.len, document) ||
	    !receive_all(worker->fd, &reply, sizeof reply) || !receive_bytes(worker->fd, out, reply.len)) {
		*ended = true;
		return bury(worker, err);
	}
	out->failed |= reply.full;
	*ended = reply.ended;
	if (reply.last)
		jqworker_stop(worker);
	return reply.rc == SSM_OK ? SSM_OK : ssm_fail(err, reply.rc, reply.code, "%s", reply.message);
}

void
jqworker_stop(struct jqworker *worker)
{
	if (worker->fd < 0)
		return;
	io_close(&worker->fd);
	while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
