#include "stream/silence.h"

void
silence_connected(struct silence *silence, uint64_t now)
{
	if (!silence->asked)
		silence->due = now + SILENCE_QUIET;
	silence->answered = SILENCE_NEVER;
}

void
silence_asked(struct silence *silence, uint64_t now)
{
	silence->asked = true;
	silence->due = now + SILENCE_APART;
}

bool
silence_answered(struct silence *silence, uint64_t now)
{
	if (silence->answered == SILENCE_NEVER)
		silence->answered = now;
	return now - silence->answered >= SILENCE_APART;
}
