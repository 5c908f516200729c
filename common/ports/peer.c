#include "ports/peer.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX 4096

struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 of;
};

static void
put(const struct sockaddr_storage *address, __be32 host[4], __be16 *port)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *four = (const struct sockaddr_in *)address;

	if (address->ss_family == AF_INET6) {
		memcpy(host, &six->sin6_addr, sizeof six->sin6_addr);
		*port = six->sin6_port;
	} else {
		memcpy(host, &four->sin_addr, sizeof four->sin_addr);
		*port = four->sin_port;
	}
}

/* About the socket whose own address is our peer's. False where there is none of TCP. */
static bool
write_question(struct question *question, int fd)
{
	struct sockaddr_storage own, peer;
	socklen_t own_len = sizeof own, peer_len = sizeof peer;

	if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0 ||
	    (own.ss_family != AF_INET && own.ss_family != AF_INET6))
		return false;
	*question = (struct question){ .head = { .nlmsg_len = sizeof *question, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	    .nlmsg_flags = NLM_F_REQUEST }, .of = { .sdiag_family = (uint8_t)own.ss_family, .sdiag_protocol = IPPROTO_TCP,
	    .idiag_states = UINT32_MAX, .id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } };
	put(&peer, question->of.id.idiag_src, &question->of.id.idiag_sport);
	put(&own, question->of.id.idiag_dst, &question->of.id.idiag_dport);
	return true;
}

/* A socket that its program has closed has no file, and so no number of one. */
static bool
is_orphan(const char *answer, size_t len)
{
	struct nlmsghdr head;
	struct inet_diag_msg of;

	if (len < NLMSG_HDRLEN + sizeof of)
		return false;
	memcpy(&head, answer, sizeof head);
	memcpy(&of, answer + NLMSG_HDRLEN, sizeof of);
	return head.nlmsg_type == SOCK_DIAG_BY_FAMILY && of.idiag_inode == 0;
}

static bool
is_let_go(int fd)
{
	char answer[ANSWER_MAX];
	struct question question;
	ssize_t len = -1;
	int netlink;

	if (!write_question(&question, fd) ||
	    (netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) < 0)
		return false;
	if (send(netlink, &question, sizeof question, 0) == (ssize_t)sizeof question)
		len = recv(netlink, answer, sizeof answer, 0);
	close(netlink);
	return len > 0 && is_orphan(answer, (size_t)len);
}

bool
portspeer_is_gone(int fd)
{
	struct pollfd p = { .fd = fd };

	return (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0) || is_let_go(fd);
}
