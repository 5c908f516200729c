/*
 * multi: a bare loop of libcurl's multi interface, to set ssm-call beside. Usage: multi N < requests, or
 * multi --version for libcurl's.
 *
 * A line is a request: its URL, its header fields and its body, with tabs between them. N are in
 * flight at once, on connections that are kept. Answers are counted and thrown away: nothing is
 * parsed, and nothing looked at but the status. Prints how many came with status 200; the exit code
 * is 0 when all did.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#define IN_FLIGHT_MAX 1024
#define WAIT 1000			/* milliseconds; libcurl's own clocks need a look now and then */

struct slot {
	CURL *easy;
	struct curl_slist *fields;
	char *line;
	size_t size;
};

struct crowd {
	CURLM *multi;
	struct slot slots[IN_FLIGHT_MAX];
	size_t count;
	unsigned long sent, ended, answered;
	unsigned long long bytes;
};

static size_t
count_bytes(char *text, size_t size, size_t count, void *context)
{
	(void)text;
	*(unsigned long long *)context += count;
	return size * count;
}

/* Cuts the line into its parts; false when there is no body. */
static bool
prepare(struct slot *slot)
{
	char *rest = slot->line, *url, *part, *body;
	struct curl_slist *longer;

	curl_slist_free_all(slot->fields);
	slot->fields = curl_slist_append(NULL, "Accept:");	/* libcurl adds one of its own otherwise */
	rest[strcspn(rest, "\n")] = '\0';
	url = strsep(&rest, "\t");
	for (body = strsep(&rest, "\t"); (part = strsep(&rest, "\t")) != NULL; body = part) {
		if ((longer = curl_slist_append(slot->fields, body)) == NULL)
			return false;
		slot->fields = longer;
	}
	return slot->fields != NULL && body != NULL &&
	    curl_easy_setopt(slot->easy, CURLOPT_URL, url) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->fields) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, body) == CURLE_OK;
}

/* Sends the next line's request; true also when there is none left. */
static bool
send_next(struct crowd *crowd, struct slot *slot)
{
	if (getline(&slot->line, &slot->size, stdin) < 0)
		return ferror(stdin) == 0;
	crowd->sent++;
	return prepare(slot) && curl_multi_add_handle(crowd->multi, slot->easy) == CURLM_OK;
}

static bool
open_slot(struct crowd *crowd, struct slot *slot)
{
	return (slot->easy = curl_easy_init()) != NULL &&
	    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, count_bytes) == CURLE_OK &&
	    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, &crowd->bytes) == CURLE_OK &&
	    send_next(crowd, slot);
}

/* Takes the finished ones out and sends the next ones in their place. */
static bool
reap(struct crowd *crowd)
{
	struct slot *slot;
	CURLMsg *message;
	long status;
	int left;

	while ((message = curl_multi_info_read(crowd->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		status = 0;
		curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		crowd->ended++;
		crowd->answered += message->data.result == CURLE_OK && status == 200;
		if (curl_multi_remove_handle(crowd->multi, slot->easy) != CURLM_OK || !send_next(crowd, slot))
			return false;
	}
	return true;
}

static bool
run(struct crowd *crowd)
{
	unsigned long ended;
	int running;

	for (size_t i = 0; i < crowd->count; i++)
		if (!open_slot(crowd, &crowd->slots[i]))
			return false;
	while (crowd->ended < crowd->sent) {
		ended = crowd->ended;
		if (curl_multi_perform(crowd->multi, &running) != CURLM_OK || !reap(crowd))
			return false;
		if (crowd->ended == ended &&	/* else there are new ones to send */
		    curl_multi_poll(crowd->multi, NULL, 0, WAIT, NULL) != CURLM_OK)
			return false;
	}
	return true;
}

static void
close_crowd(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++) {
		curl_easy_cleanup(crowd->slots[i].easy);
		curl_slist_free_all(crowd->slots[i].fields);
		free(crowd->slots[i].line);
	}
	curl_multi_cleanup(crowd->multi);
	curl_global_cleanup();
}

int
main(int argc, char **argv)
{
	static struct crowd crowd;
	char *end = NULL;
	bool fine;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts(curl_version()) < 0;
	crowd.count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
	if (crowd.count < 1 || crowd.count > IN_FLIGHT_MAX || *end != '\0') {
		fprintf(stderr, "usage: multi N < requests, with N from 1 to %d\n", IN_FLIGHT_MAX);
		return 2;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (crowd.multi = curl_multi_init()) == NULL)
		return 1;
	fine = run(&crowd) && crowd.answered == crowd.sent;
	close_crowd(&crowd);
	return printf("%lu\n", crowd.answered) > 0 && fflush(stdout) == 0 && fine ? 0 : 1;
}
