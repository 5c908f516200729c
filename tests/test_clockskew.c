/* clockskew: the number is found in messages of either form, and nowhere else. */
#include "clockskew.h"
#include "tap.h"

static const struct {
	const char *title, *text;
	long long seconds;		/* 0: none */
} cases[] = {
	{ "nothing at all", "", 0 },
	{ "another message", "ssm-call: DoesNotExistException: gone (request id r)\n", 0 },
	{ "ahead", "ssm-call: RequestTimeTooSkewed: no; this machine's clock is 420 s ahead (request id r)\n",
	    420 },
	{ "behind", "ssm-call: RequestExpired: no; this machine's clock is 301 s behind\n", -301 },
	{ "the last line, without its end", "a\nb; this machine's clock is 7 s ahead", 7 },
	{ "a number that is cut", "b; this machine's clock is 7", 0 },
	{ "no number", "b; this machine's clock is x s ahead\n", 0 },
	{ "a direction that there is not", "b; this machine's clock is 7 s off\n", 0 },
	{ "no difference", "b; this machine's clock is 0 s ahead\n", 0 },
	{ "a number that is no time", "b; this machine's clock is 99999999999999999999999 s ahead\n", 0 },
	{ "across lines", "b; this machine's clock is\n 7 s ahead\n", 0 },
	{ "a document", "{\"Error\":{\"Code\":\"X\",\"ClockSkew\":-420},\"ResponseMetadata\":{}}\n", -420 },
	{ "behind other lines", "warning\n{\"Error\":{\"ClockSkew\":420}}\n", 420 },
	{ "a document without it", "{\"Error\":{\"Code\":\"; this machine's clock is 7 s ahead\"}}\n", 0 },
	{ "a document with it elsewhere", "{\"ClockSkew\":420,\"Error\":{}}\n", 0 },
	{ "a document in which it is no number", "{\"Error\":{\"ClockSkew\":\"420\"}}\n", 0 },
	{ "one in which it is no time", "{\"Error\":{\"ClockSkew\":1e300}}\n", 0 },
	{ "an Error that is no object", "{\"Error\":\"ClockSkew\"}\n", 0 },
	{ "a broken document", "{\"Error\":{\"ClockSkew\":420}\n", 0 },
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		long long seconds = 0;
		bool found = clockskew_find(view_of(cases[i].text), &seconds);

		ok(found == (cases[i].seconds != 0) && (!found || seconds == cases[i].seconds), "%s",
		    cases[i].title);
	}
	return done_testing();
}
