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
