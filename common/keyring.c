#include "keyring.h"

#include <stdlib.h>

#include "askcredentials.h"

#define KEYRING_SLOTS 16
#define PROFILE_NAME_MAX (1024 * 1024)
#define PAUSE_AFTER_FAILURE 10		/* seconds */

struct slot {
	bool named;			/* profile is whose slot this is */
	struct bytes profile;
	bool filled;			/* there are keys */
	bool had_keys;			/* now or earlier */
	struct credentials who;
	unsigned stage;			/* of their life when a refresh was last tried */
	bool told;			/* that it failed */
	bool failed;			/* there are none, and why */
	time_t failed_at;
	struct ssm_error why;
};

struct keyring {
	struct keyring_source source;
	struct slot slots[KEYRING_SLOTS];
	size_t next;			/* the slot to give up when all are taken */
};

static void
slot_clear(struct slot *slot)
{
	bytes_clear(&slot->profile);
	credentials_clear(&slot->who);
	ssm_error_clear(&slot->why);
	*slot = (struct slot){ .profile = BYTES_INIT(PROFILE_NAME_MAX), .who = CREDENTIALS_INIT,
	    .why = SSM_ERROR_INIT };
}

struct keyring *
keyring_new(const struct keyring_source *source)
{
	struct keyring *keyring = calloc(1, sizeof *keyring);

	if (keyring == NULL)
		return NULL;
	keyring->source = *source;
	for (size_t i = 0; i < KEYRING_SLOTS; i++)
		slot_clear(&keyring->slots[i]);
	return keyring;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	for (size_t i = 0; i < KEYRING_SLOTS; i++)
		slot_clear(&keyring->slots[i]);
	free(keyring);
}

static struct slot *
slot_of(struct keyring *keyring, struct view profile)
{
	struct slot *slot;

	for (size_t i = 0; i < KEYRING_SLOTS; i++)
		if (keyring->slots[i].named &&
		    view_equal(bytes_view(&keyring->slots[i].profile), profile))
			return &keyring->slots[i];
	slot = &keyring->slots[keyring->next];
	keyring->next = (keyring->next + 1) % KEYRING_SLOTS;
	slot_clear(slot);
	bytes_set(&slot->profile, profile);
	slot->named = !bytes_failed(&slot->profile);
	return slot;
}

/* How many of the times to refresh have come. The last one is the end. */
static unsigned
stage_of(const struct credentials *who, time_t now)
{
	static const time_t left[] = { 15 * 60, 10 * 60, 60, 0 };
	unsigned stage = 0;

	while (who->expires && stage < ARRAY_LEN(left) && who->expiration - now <= left[stage])
		stage++;
	return stage;
}

static bool
expired(const struct credentials *who, time_t now)
{
	return who->expires && who->expiration <= now;
}

static enum ssm_err
find_by_profile(const struct cli *cli, struct credentials *who, struct view profile, bool again,
    const char **from, struct ssm_error *err)
{
	struct keys_source source = { .method = NULL };
	struct settings *settings = NULL;
	const char *path;
	enum ssm_err rc;
	int number;

	if ((rc = settings_open(&settings, profile, err)) != SSM_OK)
		return rc;
	rc = keys_find(who, settings, &source, err);
	if (rc == SSM_OK && source.elsewhere)
		rc = askcredentials(who, cli, profile, again, err);
	else if ((number = settings_unreadable(settings, &path)) != 0)
		cli_warn(cli, "cannot read '%s': %s", path, strerror(number));
	*from = source.elsewhere ? ASKCREDENTIALS_TOOL : source.method;
	settings_close(settings);
	return rc;
}

static enum ssm_err
look_up(const struct keyring *keyring, struct view profile, bool again, time_t now,
    struct credentials *who, struct ssm_error *err)
{
	const char *from = keyring->source.file;
	enum ssm_err rc;

	rc = from != NULL ? keys_from_file(who, from, err) :
	    find_by_profile(keyring->source.cli, who, profile, again, &from, err);
	if (rc == SSM_OK && expired(who, now))
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Credentials were "
		    "refreshed, but the refreshed credentials are still expired.");
	if (rc == SSM_OK)
		cli_verbose(keyring->source.cli, "keys from %s%s", from,
		    who->session_token.len > 0 ? ", with a session token" : "");
	return rc;
}

static void
keep_failure(struct slot *slot, time_t now, const struct ssm_error *err)
{
	credentials_clear(&slot->who);
	slot->filled = false;
	slot->failed = true;
	slot->failed_at = now;
	ssm_fail(&slot->why, err->rc, err->code, "%s", err->message);
}

/* New keys in the place of the old ones, which stay when there are none to be had. */
static enum ssm_err
renew(const struct keyring *keyring, struct slot *slot, struct view profile, time_t now,
    struct ssm_error *err)
{
	struct credentials new = CREDENTIALS_INIT;
	enum ssm_err rc = look_up(keyring, profile, slot->had_keys, now, &new, err);

	if (rc == SSM_OK) {
		credentials_clear(&slot->who);
		slot->who = new;
		slot->filled = slot->had_keys = true;
		slot->told = slot->failed = false;
	} else {
		credentials_clear(&new);
	}
	slot->stage = stage_of(&slot->who, now);
	return rc;
}

/* Whether the keys are good as they are, perhaps after a refresh that failed. */
static bool
still_good(const struct keyring *keyring, struct slot *slot, struct view profile, time_t now,
    struct ssm_error *err)
{
	if (!slot->filled || expired(&slot->who, now))
		return false;
	if (stage_of(&slot->who, now) <= slot->stage ||
	    renew(keyring, slot, profile, now, err) == SSM_OK)
		return true;
	if (!slot->told)
		cli_warn(keyring->source.cli, "using keys that expire in %lld minutes; they cannot be "
		    "refreshed: %s", (long long)(slot->who.expiration - now) / 60, err->message);
	slot->told = true;
	ssm_error_clear(err);
	return true;
}

enum ssm_err
keyring_find(struct keyring *keyring, struct view profile, time_t now,
    const struct credentials **who, struct ssm_error *err)
{
	struct slot *slot;
	enum ssm_err rc;

	if (keyring->source.profile != NULL)
		profile = view_of(keyring->source.profile);
	if (keyring->source.file != NULL)
		profile = VIEW_NONE;
	slot = slot_of(keyring, profile);
	*who = &slot->who;
	if (still_good(keyring, slot, profile, now, err))
		return SSM_OK;
	if (slot->failed && now - slot->failed_at < PAUSE_AFTER_FAILURE && now >= slot->failed_at)
		return ssm_fail(err, slot->why.rc, slot->why.code, "%s", slot->why.message);
	if ((rc = renew(keyring, slot, profile, now, err)) != SSM_OK)
		keep_failure(slot, now, err);
	return rc;
}
