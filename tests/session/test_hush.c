/* hush: what may be repeated of what others say. */
#include "session/hush.h"

#include "tap.h"

#define TOKEN "AAEAAbcdefghijklmnopqrstuvwxyz0123456789+/="
#define ID "alice.smith@example.com-0123456789abcdef0"
#define HOST "vpce-0123456789abcdef0-abcdefgh.ssmmessages.eu-west-1.vpce.amazonaws.com"

struct row {
	const char *title, *text, *left;
};

static const struct row words[] = {
	{ "a token", HOST " has closed the connection with code 1003: no " TOKEN, HOST
	    " has closed the connection with code 1003: no ***" },
	{ "in brackets", "(" TOKEN ")", "(***)" },
	{ "what AWS says", "Channel " ID ": request to open data channel does not contain token.", "Channel " ID
	    ": request to open data channel does not contain token." },
	{ "short words", "Bye", "Bye" },
	{ "nothing", "", "" },
};

static void
check_words(void)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct ssm_error err = SSM_ERROR_INIT;

		ssm_fail(&err, SSM_E_AGAIN, "ConnectionClosedError", "%s", words[i].text);
		sessionhush_words(&err, VIEW(HOST), VIEW(ID));
		is_text(err.message, words[i].left, "words: %s", words[i].title);
		is_number(err.rc, SSM_E_AGAIN, "words: %s: the class stays", words[i].title);
		ssm_error_clear(&err);
	}
}

static void
check_text(void)
{
	struct ssm_error err = SSM_ERROR_INIT;

	ssm_fail(&err, SSM_E_SERVICE, "AccessDeniedException", "not for cell AA+B/c== and AA%%2BB%%2Fc%%3D%%3D");
	sessionhush_text(&err, VIEW("AA+B/c=="));
	is_text(err.message, "not for cell *** and ***", "a text, and percent-encoded");
	sessionhush_text(&err, VIEW_NONE);
	is_text(err.message, "not for cell *** and ***", "an empty one is none");
	ssm_error_clear(&err);
}

int
main(void)
{
	check_words();
	check_text();
	return done_testing();
}
