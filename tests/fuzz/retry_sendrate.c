/* retry/sendrate: a rate that is taken is within its limits, and a bucket of it lets every request go in time. */
#include "fuzz.h"
#include "retry/sendrate.h"

#define WEEK 604800.0

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sendrate bucket = SENDRATE_INIT;
	double rate, now = 0;

	if (!sendrate_parse(fuzz_view(data, size), &rate))
		return 0;
	HOLDS(rate >= 0.999999 / WEEK && rate <= 1.000001e6);
	sendrate_start(&bucket, rate, now);
	for (int i = 0; i < 100; i++) {
		unsigned wait = sendrate_wait(&bucket, now);

		HOLDS(wait <= 1000 / rate + 1);
		now += wait;
		HOLDS(sendrate_wait(&bucket, now) <= 1);
		sendrate_take(&bucket, now);
	}
	return 0;
}
