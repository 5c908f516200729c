#include "sandbox/agent/version.h"

static unsigned long long
take_number(struct view *version)
{
	unsigned long long number;

	return view_number(view_take(version, '.'), &number) ? number : 0;
}

int
version_compare(struct view a, struct view b)
{
	while (a.len > 0 || b.len > 0) {
		unsigned long long left = take_number(&a), right = take_number(&b);

		if (left != right)
			return left < right ? -1 : 1;
	}
	return 0;
}

bool
version_is_old(struct view agent)
{
	return version_compare(agent, VIEW("3.2.1041.0")) < 0;
}

enum agent_forwarding
version_forwarding(struct view agent, struct view client)
{
	bool many = version_compare(agent, VIEW("3.0.196.0")) > 0 && version_compare(client, VIEW("1.1.70")) >= 0;

	return many ? AGENT_MUX : AGENT_BASIC;
}

bool
version_keeps_alive(struct view agent, struct view client)
{
	return version_compare(agent, VIEW("3.1.1511.0")) <= 0 || version_compare(client, VIEW("1.2.331.0")) <= 0;
}
