/*
 * verify_request: what ssm-sandbox says of a signature, for any service.
 *
 * usage: verify_request region service < request
 *
 * The request is one HTTP message as it was sent, signed with one of the sandbox's keys. Prints "good" or
 * the code and message that AWS would answer with.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/io.h"
#include "sandbox/sigv4_verify.h"

int
main(int argc, char **argv)
{
	struct sandbox_reader reader = SANDBOX_READER_INIT;
	struct bytes text = BYTES_INIT(SANDBOX_HEAD_MAX + SANDBOX_BODY_MAX);
	struct sandbox_answer answer = SANDBOX_ANSWER_INIT;
	struct sigv4_expected expected = { .now = time(NULL) };
	bool good = false;

	if (argc != 3 || io_read_descriptor(&text, STDIN_FILENO) != 0 ||
	    (expected.digest = digest_new()) == NULL)
		return 252;
	expected.region = view_of(argv[1]);
	expected.service = view_of(argv[2]);
	sandbox_reader_feed(&reader, bytes_view(&text));
	if (reader.state != SANDBOX_DONE)
		printf("no request: %s\n", reader.why == NULL ? "it does not end" : reader.why);
	else if ((good = sigv4_verify(&expected, &reader.request, &answer)))
		printf("good\n");
	else
		printf("%u %.*s\n", answer.status, VIEW_ARG(bytes_view(&answer.body)));
	sandbox_answer_clear(&answer);
	sandbox_reader_clear(&reader);
	digest_free(expected.digest);
	bytes_clear(&text);
	return good ? 0 : 1;
}
