#include "process/network.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "core/io.h"

#define GROUPS (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
#define READS 64			/* in one turn of the loop */

uint64_t
network_pace_due(const struct network_pace *pace, uint64_t now)
{
	return pace->pause == 0 || now - pace->told >= pace->pause ? now : pace->told + pace->pause;
}

/* A change that comes long after the last is a first one again. */
void
network_pace_told(struct network_pace *pace, uint64_t now)
{
	if (pace->pause == 0 || now - pace->told >= (uint64_t)pace->pause * 2)
		pace->pause = NETWORK_PAUSE;
	else if (pace->pause < NETWORK_PAUSE_MOST)
		pace->pause *= 2;
	pace->told = now;
}

static void
on_moment(void *owner)
{
	struct network *network = owner;

	network_pace_told(&network->pace, loop_now(network->loop));
	network->changed(network->owner);
}

/* False when there is no more; that some were lost is a change as well. */
static bool
take_message(struct network *network)
{
	char unread[16];
	ssize_t got = recv(network->watch.fd, unread, sizeof unread, MSG_DONTWAIT);

	if (got > 0 || (got < 0 && errno == ENOBUFS))
		return true;
	if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		loop_shut(network->loop, &network->watch);
	return false;
}

static void
on_ready(void *owner, unsigned events)
{
	struct network *network = owner;
	unsigned count = 0;

	(void)events;
	while (count < READS && take_message(network))
		count++;
	if (count > 0 && network->moment.list == NULL)
		loop_set(network->loop, &network->moment,
		    network_pace_due(&network->pace, loop_now(network->loop)));
}

void
network_open_socket(struct network *network, struct loop *loop, int fd, void (*changed)(void *owner), void *owner)
{
	*network = (struct network){ .loop = loop, .changed = changed, .owner = owner };
	network->watch = (struct loop_watch){ .fd = fd, .ready = on_ready, .owner = network };
	network->moment = (struct loop_timer){ .due = on_moment, .owner = network };
	loop_ask(loop, &network->watch, LOOP_READ);
}

void
network_open(struct network *network, struct loop *loop, void (*changed)(void *owner), void *owner)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = GROUPS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		io_close(&fd);
	network_open_socket(network, loop, fd, changed, owner);
}

void
network_close(struct network *network)
{
	if (network->loop == NULL)
		return;
	loop_unset(&network->moment);
	loop_shut(network->loop, &network->watch);
}
