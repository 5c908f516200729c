/* address, listen: what a user may write, and the sockets that come of it. */
#include "ports/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap.h"

#define FORM "not PORT, HOST:PORT, [ADDRESS]:PORT or /PATH"
#define LONG_PATH "/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345"

struct row {
	const char *text;
	enum portsaddress_kind kind;
	const char *host;		/* or path */
	unsigned port;			/* or descriptor */
};

static const struct row good[] = {
	{ "8080", PORTSADDRESS_TCP, "localhost", 8080 },
	{ "0", PORTSADDRESS_TCP, "localhost", 0 },
	{ "65535", PORTSADDRESS_TCP, "localhost", 65535 },
	{ "localhost:80", PORTSADDRESS_TCP, "localhost", 80 },
	{ "127.0.0.1:80", PORTSADDRESS_TCP, "127.0.0.1", 80 },
	{ "*:80", PORTSADDRESS_TCP, "*", 80 },
	{ "host.example:80", PORTSADDRESS_TCP, "host.example", 80 },
	{ "[::1]:80", PORTSADDRESS_TCP, "::1", 80 },
	{ "[fe80::1%lo]:80", PORTSADDRESS_TCP, "fe80::1%lo", 80 },
	{ "/tmp/socket", PORTSADDRESS_UNIX, "/tmp/socket", 0 },
	{ "/dev/fd/7", PORTSADDRESS_DESCRIPTOR, "", 7 },
};

static const struct {
	const char *text, *message;
} bad[] = {
	{ "", "cannot listen on '': " FORM " (a port is a number from 0 to 65535)" },
	{ "65536", "cannot listen on '65536': " FORM " (a port is a number from 0 to 65535)" },
	{ "-1", "cannot listen on '-1': " FORM " (a port is a number from 0 to 65535)" },
	{ "80x", "cannot listen on '80x': " FORM " (a port is a number from 0 to 65535)" },
	{ ":80", "cannot listen on ':80': " FORM " (in front of the port is no host)" },
	{ "host:", "cannot listen on 'host:': " FORM " (a port is a number from 0 to 65535)" },
	{ "::1:80", "cannot listen on '::1:80': " FORM " (an IPv6 address stands in brackets)" },
	{ "[::1]80", "cannot listen on '[::1]80': " FORM " (a port is a number from 0 to 65535)" },
	{ "[::x]:80", "cannot listen on '[::x]:80': " FORM " (in brackets is no IPv6 address)" },
	{ "[127.0.0.1]:80", "cannot listen on '[127.0.0.1]:80': " FORM " (in brackets is no IPv6 address)" },
	{ "[]:80", "cannot listen on '[]:80': " FORM " (in front of the port is no host)" },
	{ "a b:80", "cannot listen on 'a b:80': " FORM " (in front of the port is no host)" },
	{ "host:70000", "cannot listen on 'host:70000': " FORM " (a port is a number from 0 to 65535)" },
	{ "ssh", "cannot listen on 'ssh': " FORM " (a port is a number from 0 to 65535)" },
	{ "0x10", "cannot listen on '0x10': " FORM " (a port is a number from 0 to 65535)" },
	{ "run/socket", "cannot listen on 'run/socket': " FORM " (a path begins with '/')" },
	{ "[::1:80", "cannot listen on '[::1:80': " FORM " (an IPv6 address stands in brackets)" },
	{ "/dev/fd/", "cannot listen on '/dev/fd/': not the number of a descriptor" },
	{ "/dev/fd/1x", "cannot listen on '/dev/fd/1x': not the number of a descriptor" },
	{ "/dev/fd/99999999999", "cannot listen on '/dev/fd/99999999999': not the number of a descriptor" },
	{ "/a\nb", "cannot listen on '/a\nb': a control character in the path" },
	{ LONG_PATH "6", "cannot listen on '" LONG_PATH "6': a socket's path has at most 107 bytes" },
};

static void
check_parse(void)
{
	struct portsaddress address;
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const struct row *row = &good[i];

		is_number(portsaddress_parse(&address, view_of(row->text), &err), SSM_OK, "%s is an address", row->text);
		is_number(address.kind, row->kind, "%s: its kind", row->text);
		is_text(row->kind == PORTSADDRESS_UNIX ? address.path : row->kind == PORTSADDRESS_TCP ? address.host : "",
		    row->host, "%s: its host or path", row->text);
		is_number(row->kind == PORTSADDRESS_DESCRIPTOR ? (unsigned)address.fd : address.port, row->port,
		    "%s: its port or number", row->text);
	}
	is_number(portsaddress_parse(&address, VIEW(LONG_PATH), &err), SSM_OK, "the longest path is one");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		is_number(portsaddress_parse(&address, view_of(bad[i].text), &err), SSM_E_INPUT, "no address: %zu", i);
		is_text(err.message, bad[i].message, "no address: %zu: what is said", i);
	}
	ssm_error_clear(&err);
}

static enum ssm_err
open_at(struct portslisten *listen, const char *text, struct ssm_error *err)
{
	struct portsaddress address;
	enum ssm_err rc = portsaddress_parse(&address, view_of(text), err);

	return rc == SSM_OK ? portslisten_add(listen, &address, err) : rc;
}

/* The port of the last colon. */
static unsigned
port_in(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon == NULL ? 0 : (unsigned)atoi(colon + 1);
}

static bool
has_six(void)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has = fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

static bool
can_connect(const char *text)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port_in(text)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool connected = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;

	close(fd);
	return connected;
}

static void
check_tcp(void)
{
	struct portslisten listen = PORTSLISTEN_INIT, second = PORTSLISTEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char text[64], told[128];

	is_number(open_at(&listen, "0", &err), SSM_OK, "any free port");
	is_number(listen.count, has_six() ? 2 : 1, "of both families, where there are two");
	ok(view_starts(view_of(listen.sockets[0].text), VIEW("127.0.0.1:")) && port_in(listen.sockets[0].text) > 0,
	    "the first is known by its port");
	is_number(port_in(listen.sockets[listen.count - 1].text), port_in(listen.sockets[0].text), "all have the same port");
	ok(can_connect(listen.sockets[0].text), "it can be connected to");
	ok(fcntl(listen.sockets[0].fd, F_GETFD) & FD_CLOEXEC, "it is closed at exec");
	ok(fcntl(listen.sockets[0].fd, F_GETFL) & O_NONBLOCK, "it does not wait");

	snprintf(text, sizeof text, "127.0.0.1:%u", port_in(listen.sockets[0].text));
	snprintf(told, sizeof told, "cannot listen on %s: Address already in use", text);
	is_number(open_at(&second, text, &err), SSM_E_OTHER, "a port in use is refused");
	is_text(err.message, told, "and named");
	is_number(second.count, 0, "nothing is left of it");

	portslisten_close(&listen);
	is_number(open_at(&second, text, &err), SSM_OK, "once closed it is free again");
	is_number(second.count, 1, "an address that is given is one");
	is_text(second.sockets[0].text, text, "and that one");
	is_number(open_at(&second, "192.0.2.1:0", &err), SSM_E_OTHER, "an address of another machine");
	is_text(err.message, "cannot listen on 192.0.2.1:0: Cannot assign requested address", "is none to listen on");
	is_number(second.count, 1, "what was there before stays");
	portslisten_close(&second);
	ssm_error_clear(&err);
}

static void
check_six_in_use(void)
{
	struct portslisten listen = PORTSLISTEN_INIT, second = PORTSLISTEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char text[16], told[128];

	if (!has_six())
		return;
	is_number(open_at(&listen, "[::1]:0", &err), SSM_OK, "an address of version 6");
	snprintf(text, sizeof text, "%u", port_in(listen.sockets[0].text));
	snprintf(told, sizeof told, "cannot listen on [::1]:%s: Address already in use", text);
	is_number(open_at(&second, text, &err), SSM_E_OTHER, "a port that is free in one family alone is in use");
	is_text(err.message, told, "and the family is named");
	is_number(second.count, 0, "the other family's is closed");
	portslisten_close(&listen);
	ssm_error_clear(&err);
}

static void
check_unix(const char *directory)
{
	struct portslisten listen = PORTSLISTEN_INIT, second = PORTSLISTEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char path[100], told[160];
	struct stat of;
	int copy;

	snprintf(path, sizeof path, "%s/socket", directory);
	snprintf(told, sizeof told, "cannot listen on %s: Address already in use", path);
	is_number(open_at(&listen, path, &err), SSM_OK, "a path");
	is_text(listen.sockets[0].text, path, "it is known by it");
	ok(stat(path, &of) == 0 && S_ISSOCK(of.st_mode) && (of.st_mode & 07777) == 0600, "a socket, for its owner alone");
	is_number(open_at(&second, path, &err), SSM_E_OTHER, "one that is listened on is refused");
	is_text(err.message, told, "and named");
	ok(stat(path, &of) == 0, "and stays");

	copy = dup(listen.sockets[0].fd);
	portslisten_close(&listen);
	ok(stat(path, &of) != 0, "at the end its file is removed");
	close(copy);

	is_number(open_at(&listen, path, &err), SSM_OK, "one more");
	close(listen.sockets[0].fd);
	listen.sockets[0].fd = open("/dev/null", O_RDONLY);
	listen.sockets[0].since.tv_sec--;	/* a moment ago; files have times of some milliseconds */
	is_number(open_at(&second, path, &err), SSM_OK, "one that nobody listens on any more is replaced");
	portslisten_close(&listen);
	ok(stat(path, &of) == 0, "who has left it does not remove what has taken its place");
	portslisten_close(&second);

	close(open(path, O_CREAT | O_WRONLY, 0600));
	is_number(open_at(&second, path, &err), SSM_E_OTHER, "a file is no socket");
	ok(stat(path, &of) == 0 && S_ISREG(of.st_mode), "and stays");
	unlink(path);
	ssm_error_clear(&err);
}

static void
check_descriptor(void)
{
	struct portslisten made = PORTSLISTEN_INIT, listen = PORTSLISTEN_INIT;
	struct ssm_error err = SSM_ERROR_INIT;
	char text[64], told[128];
	int other = socket(AF_INET, SOCK_STREAM, 0);

	is_number(open_at(&made, "127.0.0.1:0", &err), SSM_OK, "a socket that listens");
	snprintf(text, sizeof text, "/dev/fd/%d", dup(made.sockets[0].fd));
	is_number(open_at(&listen, text, &err), SSM_OK, "is taken over");
	is_text(listen.sockets[0].text, made.sockets[0].text, "and known by its address");
	ok(fcntl(listen.sockets[0].fd, F_GETFD) & FD_CLOEXEC, "it is closed at exec from now on");
	snprintf(told, sizeof told, "cannot listen on %s: given twice", text);
	is_number(open_at(&listen, text, &err), SSM_E_OTHER, "only once");
	is_text(err.message, told, "which is said");
	portslisten_close(&made);
	ok(can_connect(listen.sockets[0].text), "who has made it may close it");
	portslisten_close(&listen);

	snprintf(text, sizeof text, "/dev/fd/%d", other);
	snprintf(told, sizeof told, "cannot listen on %s: the socket does not listen", text);
	is_number(open_at(&listen, text, &err), SSM_E_OTHER, "a socket that does not listen");
	is_text(err.message, told, "is told from one that does");
	is_number(open_at(&listen, "/dev/fd/999", &err), SSM_E_OTHER, "a descriptor that is not there");
	is_text(err.message, "cannot listen on /dev/fd/999: Bad file descriptor", "is said to be none");
	is_number(open_at(&listen, "/dev/fd/1", &err), SSM_E_OTHER, "a descriptor that is no socket");
	close(other);
	ssm_error_clear(&err);
}

int
main(void)
{
	char directory[] = "/tmp/ssm-ports-XXXXXX";

	check_parse();
	check_tcp();
	check_six_in_use();
	if (ok(mkdtemp(directory) != NULL, "a directory")) {
		check_unix(directory);
		rmdir(directory);
	}
	check_descriptor();
	return done_testing();
}
