#include "http/tlsfault.h"

#include <stdio.h>

#define NO_TLS "the server does not speak TLS on this port"
#define TOO_OLD "the server speaks no TLS of version 1.2 or newer"
#define NO_CERTIFICATE "the server wants a certificate of the client, and there is none"
#define BROKEN_OFF "the connection broke off in the handshake"

/* The first row that fits counts. */
static const struct tlsfault faults[] = {
	{ "unexpected eof", BROKEN_OFF, false },
	{ "SSL_ERROR_SYSCALL", BROKEN_OFF, false },
	{ "Connection reset", BROKEN_OFF, false },
	{ "Broken pipe", BROKEN_OFF, false },
	{ "alert protocol version", TOO_OLD, true },
	{ "unsupported protocol", TOO_OLD, true },
	{ "wrong version number", NO_TLS, true },
	{ "packet length too long", NO_TLS, true },
	{ "http request", NO_TLS, true },
	{ "alert certificate required", NO_CERTIFICATE, true },
	{ "alert bad certificate", NO_CERTIFICATE, true },
	{ "alert handshake failure",
	    "the server finds nothing in common with us, or wants a certificate of the client", true },
	{ "unrecognized name", "the server does not know the host's name", true },
	{ "alert access denied", "the server lets nobody in without a certificate that it knows", true },
	{ "alert internal error", "the server failed in the handshake", false },
};

const struct tlsfault *
tlsfault_find(const char *words)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (strstr(words, faults[i].met) != NULL)
			return &faults[i];
	return NULL;
}

bool
tlsfault_is_lasting(const char *words)
{
	const struct tlsfault *fault = tlsfault_find(words);

	return fault != NULL ? fault->lasting : strstr(words, "SSL routines:") != NULL;
}

void
tlsfault_tell(char *to, size_t size, const char *words)
{
	const struct tlsfault *fault = tlsfault_find(words);

	if (fault == NULL)
		snprintf(to, size, "%s", words);
	else
		snprintf(to, size, "%s (%s)", fault->meaning, fault->met);
}
