#include "keyring.h"

#include <stdlib.h>

#define KEYRING_SLOTS 16
#define PROFILE_NAME_MAX (1024 * 1024)

struct slot {
	bool filled;
	struct bytes profile;
	struct credentials who;
};

struct keyring {
	struct keyring_source source;
	struct slot slots[KEYRING_SLOTS];
	size_t next;			/* the slot to give up when all are taken */
};

struct keyring *
keyring_new(const struct keyring_source *source)
{
	struct keyring *keyring = calloc(1, sizeof *keyring);

	if (keyring == NULL)
		return NULL;
	keyring->source = *source;
	for (size_t i = 0; i < KEYRING_SLOTS; i++)
		keyring->slots[i] = (struct slot){ .profile = BYTES_INIT(PROFILE_NAME_MAX),
		    .who = CREDENTIALS_INIT };
	return keyring;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	for (size_t i = 0; i < KEYRING_SLOTS; i++) {
		bytes_clear(&keyring->slots[i].profile);
		credentials_clear(&keyring->slots[i].who);
	}
	free(keyring);
}

static struct slot *
slot_of(struct keyring *keyring, struct view profile)
{
	struct slot *slot;

	for (size_t i = 0; i < KEYRING_SLOTS; i++)
		if (keyring->slots[i].filled &&
		    view_equal(bytes_view(&keyring->slots[i].profile), profile))
			return &keyring->slots[i];
	slot = &keyring->slots[keyring->next];
	keyring->next = (keyring->next + 1) % KEYRING_SLOTS;
	slot->filled = false;
	return slot;
}

static enum ssm_err
look_up(struct keyring *keyring, struct slot *slot, struct view profile, struct ssm_error *err)
{
	const struct cli *cli = keyring->source.cli;
	struct settings *settings = NULL;
	const char *method = keyring->source.file, *path;
	enum ssm_err rc;

	if (keyring->source.file != NULL)
		rc = keys_from_file(&slot->who, keyring->source.file, err);
	else if ((rc = settings_open(&settings, profile, err)) == SSM_OK) {
		int number = settings_unreadable(settings, &path);

		if (number != 0)
			cli_warn(cli, "cannot read '%s': %s", path, strerror(number));
		rc = keys_find(&slot->who, settings, &method, err);
	}
	if (rc == SSM_OK)
		cli_verbose(cli, "keys from %s%s", method,
		    slot->who.session_token.len > 0 ? ", with a session token" : "");
	settings_close(settings);
	return rc;
}

static bool
expired(const struct credentials *who, time_t now)
{
	return who->expires && who->expiration <= now;
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
	if (slot->filled && !expired(&slot->who, now))
		return SSM_OK;
	slot->filled = false;
	if ((rc = look_up(keyring, slot, profile, err)) != SSM_OK)
		return rc;
	if (expired(&slot->who, now))
		return ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Credentials were "
		    "refreshed, but the refreshed credentials are still expired.");
	bytes_set(&slot->profile, profile);
	slot->filled = !bytes_failed(&slot->profile);
	return SSM_OK;
}
