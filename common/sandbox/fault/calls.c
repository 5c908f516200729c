#include "sandbox/fault/calls.h"

#include <stdio.h>
#include <string.h>

static void
refuse(struct sandbox_answer *answer, unsigned status)
{
	enum sandbox_fault fault = status == 404 ? FAULT_DOES_NOT_EXIST : status == 429 ? FAULT_THROTTLING :
	    status < 500 ? FAULT_ACCESS_DENIED : FAULT_INTERNAL;

	sandbox_refuse(answer, fault, "a rule of --fault refuses it");
	answer->status = status;
	snprintf(answer->note, sizeof answer->note, "by a rule of --fault");
}

static bool
have_keys_rotated(struct faults *faults, uint64_t now, struct sandbox_answer *answer)
{
	unsigned unused;

	if (!faults_request(faults, FAULT_KIND_ROTATED_KEYS, now, &unused))
		return false;
	sandbox_refuse(answer, FAULT_EXPIRED_TOKEN, "The security token included in the request is expired");
	snprintf(answer->note, sizeof answer->note, "by a rule of --fault");
	return true;
}

bool
fault_call(struct faults *faults, const char *operation, uint64_t now, struct sandbox_answer *answer)
{
	bool start = strcmp(operation, "StartSession") == 0, resume = strcmp(operation, "ResumeSession") == 0;
	unsigned status;

	if (have_keys_rotated(faults, now, answer))
		return true;
	if (!(start && faults_request(faults, FAULT_KIND_START, now, &status)) &&
	    !(resume && faults_request(faults, FAULT_KIND_RESUME, now, &status)))
		return false;
	refuse(answer, status);
	return true;
}

bool
fault_upgrade(struct faults *faults, uint64_t now, struct sandbox_answer *answer)
{
	unsigned status;

	snprintf(answer->subject, sizeof answer->subject, "data channel");
	answer->close = true;
	if (have_keys_rotated(faults, now, answer)) {
		answer->status = 403;
		return true;
	}
	if (faults_request(faults, FAULT_KIND_UPGRADE, now, &status)) {
		refuse(answer, status);
		return true;
	}
	answer->close = false;
	return false;
}
