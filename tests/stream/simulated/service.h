/*
 * service: what a simulated client finds when it comes back: ResumeSession and the upgrade, in an outage or not.
 *
 * Model:     stands behind session/ask, whose functions it has in place of those that start ssm-resume-session: a
 *            question takes its time and ends as that tool's exit code would say, or has no answer until its limit. A
 *            question is judged as it is asked, a dial as it ends, too.
 */
#ifndef SSM_TESTS_SERVICE_H
#define SSM_TESTS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct world;

/* How long a dial takes that begins now, and whether it is accepted, if nothing changes until then. */
uint64_t service_dial(struct world *world, bool *accepted);

/* Whether there is an outage that an upgrade ends in. */
bool service_refuses_upgrade(const struct world *world);

/* Whether it takes connections, and drops them. */
bool service_drops(const struct world *world);

#endif
