#include "ports/way.h"

struct portsway_mark
portsway_mark(const struct portsway *way, size_t waiting)
{
	return (struct portsway_mark){ .state = PORTSWAY_WAITS, .at = way->out + waiting };
}

bool
portsway_has_arrived(const struct portsway *way, struct portsway_mark *mark, uint64_t now)
{
	if (mark->state == PORTSWAY_WAITS && way->out >= mark->at)
		*mark = (struct portsway_mark){ .state = PORTSWAY_SENT, .at = way->next };
	if (mark->state == PORTSWAY_SENT && way->missing >= mark->at)
		*mark = (struct portsway_mark){ .state = PORTSWAY_ARRIVED, .at = now };
	return mark->state == PORTSWAY_ARRIVED;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

uint64_t
portsway_quiet(const struct portsway *way, struct portsway_mark *mark, uint64_t heard, uint64_t now)
{
	if (!portsway_has_arrived(way, mark, now))
		return UINT64_MAX;
	return later(later(heard, way->since), mark->at);
}
