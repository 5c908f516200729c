#include "sandbox/channel/peer.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOT 0

struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

union reply {
	struct nlmsghdr head;
	char room[4096];
};

/* The peer's socket is the one whose own address is our peer's. */
static bool
make_question(struct question *question, int fd)
{
	struct sockaddr_in own, peer;
	socklen_t own_len = sizeof own, peer_len = sizeof peer;

	if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0 || peer.sin_family != AF_INET)
		return false;
	*question = (struct question){
		.head = { .nlmsg_len = sizeof *question, .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		    .nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U, .id = {
		    .idiag_sport = peer.sin_port, .idiag_dport = own.sin_port,
		    .idiag_src = { peer.sin_addr.s_addr }, .idiag_dst = { own.sin_addr.s_addr },
		    .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
	};
	return true;
}

bool
sandbox_peer_is_own(int fd)
{
	struct question question;
	union reply reply;
	int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool own = false;
	ssize_t len;

	if (kernel < 0)
		return false;
	if (make_question(&question, fd) &&
	    send(kernel, &question, sizeof question, 0) == (ssize_t)sizeof question &&
	    (len = recv(kernel, &reply, sizeof reply, 0)) >= (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
	    reply.head.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
		const struct inet_diag_msg *found = NLMSG_DATA(&reply.head);

		own = found->idiag_uid == geteuid() || found->idiag_uid == ROOT;
	}
	close(kernel);
	return own;
}
