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

bool
fault_keys(struct faults *faults, const struct fault_request *request, struct sandbox_answer *answer)
{
	unsigned unused;

	if (!request->issued_keys ||
	    !faults_request(faults, FAULT_KIND_ROTATED_KEYS, &request->session, request->now, &unused))
		return false;
	sandbox_refuse(answer, FAULT_EXPIRED_TOKEN, "The security token included in the request is expired");
	snprintf(answer->note, sizeof answer->note, "by a rule of --fault");
	return true;
}

bool
fault_call(struct faults *faults, const char *operation, const struct fault_request *request,
    struct sandbox_answer *answer)
{
	enum fault_kind kind = strcmp(operation, "StartSession") == 0 ? FAULT_KIND_START :
	    strcmp(operation, "ResumeSession") == 0 ? FAULT_KIND_RESUME : FAULT_KINDS;
	unsigned status;

	if (fault_keys(faults, request, answer))
		return true;
	if (!faults_request(faults, kind, &request->session, request->now, &status))
		return false;
	refuse(answer, status);
	return true;
}

bool
fault_upgrade(struct faults *faults, const struct fault_request *request, struct sandbox_answer *answer)
{
	unsigned status;

	snprintf(answer->subject, sizeof answer->subject, "data channel");
	answer->close = true;
	if (fault_keys(faults, request, answer)) {
		answer->status = 403;
		return true;
	}
	if (faults_request(faults, FAULT_KIND_UPGRADE, &request->session, request->now, &status)) {
		refuse(answer, status);
		return true;
	}
	answer->close = false;
	return false;
}
