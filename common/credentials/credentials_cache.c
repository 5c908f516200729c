#include "credentials/credentials_cache.h"

#include <errno.h>
#include <stdlib.h>

#include "core/io.h"
#include "core/pathexpand.h"
#include "credentials/askcredentials.h"
#include "credentials/local_chain.h"

#define CACHE_SLOTS 16
#define CREDENTIALS_FILE_MAX (1024 * 1024)
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

struct credentials_cache {
	struct credentials_cache_source source;
	struct slot slots[CACHE_SLOTS];
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

struct credentials_cache *
credentials_cache_new(const struct credentials_cache_source *source)
{
	struct credentials_cache *cache = calloc(1, sizeof *cache);

	if (cache == NULL)
		return NULL;
	cache->source = *source;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		slot_clear(&cache->slots[i]);
	return cache;
}

void
credentials_cache_free(struct credentials_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		slot_clear(&cache->slots[i]);
	free(cache);
}

static struct slot *
slot_of(struct credentials_cache *cache, struct view profile)
{
	struct slot *slot;

	for (size_t i = 0; i < CACHE_SLOTS; i++)
		if (cache->slots[i].named &&
		    view_equal(bytes_view(&cache->slots[i].profile), profile))
			return &cache->slots[i];
	slot = &cache->slots[cache->next];
	cache->next = (cache->next + 1) % CACHE_SLOTS;
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

/* A credentials document; "-" is not standard input here. */
static enum ssm_err
read_file(struct credentials *who, const char *path, struct ssm_error *err)
{
	struct bytes text = BYTES_INIT(CREDENTIALS_FILE_MAX), expanded = BYTES_INIT(PATHEXPAND_MAX);
	const char *name = pathexpand_given(&expanded, view_of(path));
	enum ssm_err rc;

	if (name == NULL)
		rc = ssm_fail_memory(err);
	else if (io_read_file(&text, name) != 0)
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "cannot read '%s': %s",
		    name, strerror(errno));
	else
		rc = credentials_from_json(who, bytes_view(&text), path, err);
	bytes_clear(&expanded);
	bytes_clear(&text);
	return rc;
}

static enum ssm_err
find_by_profile(const struct cli *cli, struct credentials *who, struct view profile, bool again,
    const char **from, struct ssm_error *err)
{
	const struct source *source = NULL;
	struct settings *settings = NULL;
	const char *path;
	enum ssm_err rc;
	bool elsewhere;
	int number;

	if ((rc = settings_open(&settings, profile, err)) != SSM_OK)
		return rc;
	rc = local_chain_find(who, settings, &source, err);
	elsewhere = source->local == NULL;
	if (rc == SSM_OK && elsewhere)
		rc = askcredentials(who, cli, profile, again, err);
	else if ((number = settings_unreadable(settings, &path)) != 0)
		cli_warn(cli, "cannot read '%s': %s", path, strerror(number));
	*from = elsewhere ? ASKCREDENTIALS_TOOL : source->method;
	settings_close(settings);
	return rc;
}

static enum ssm_err
look_up(const struct credentials_cache *cache, struct view profile, bool again, time_t now,
    struct credentials *who, struct ssm_error *err)
{
	const char *from = cache->source.file;
	char doubt[CREDENTIALS_DOUBT_MAX];
	enum ssm_err rc;

	rc = from != NULL ? read_file(who, from, err) :
	    find_by_profile(cache->source.cli, who, profile, again, &from, err);
	if (rc == SSM_OK && expired(who, now))
		rc = ssm_fail(err, SSM_E_CONFIG, "CredentialRetrievalError", "Credentials were "
		    "refreshed, but the refreshed credentials are still expired.");
	if (rc == SSM_OK && strcmp(from, ASKCREDENTIALS_TOOL) != 0 && credentials_doubt(doubt, who))
		cli_warn(cache->source.cli, "keys from %s: %s", from, doubt);
	if (rc == SSM_OK)
		cli_verbose(cache->source.cli, "keys from %s%s", from,
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
renew(const struct credentials_cache *cache, struct slot *slot, struct view profile, time_t now,
    struct ssm_error *err)
{
	struct credentials new = CREDENTIALS_INIT;
	enum ssm_err rc = look_up(cache, profile, slot->had_keys, now, &new, err);

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
still_good(const struct credentials_cache *cache, struct slot *slot, struct view profile, time_t now,
    struct ssm_error *err)
{
	if (!slot->filled || expired(&slot->who, now))
		return false;
	if (stage_of(&slot->who, now) <= slot->stage ||
	    renew(cache, slot, profile, now, err) == SSM_OK)
		return true;
	if (!slot->told)
		cli_warn(cache->source.cli, "using keys that expire in %lld minutes; they cannot be "
		    "refreshed: %s", (long long)(slot->who.expiration - now) / 60, err->message);
	slot->told = true;
	ssm_error_clear(err);
	return true;
}

enum ssm_err
credentials_cache_find(struct credentials_cache *cache, struct view profile, time_t now,
    const struct credentials **who, struct ssm_error *err)
{
	struct slot *slot;
	enum ssm_err rc;

	if (cache->source.profile != NULL)
		profile = view_of(cache->source.profile);
	if (cache->source.file != NULL)
		profile = VIEW_NONE;
	slot = slot_of(cache, profile);
	*who = &slot->who;
	if (still_good(cache, slot, profile, now, err))
		return SSM_OK;
	if (slot->failed && now - slot->failed_at < PAUSE_AFTER_FAILURE && now >= slot->failed_at)
		return ssm_fail(err, slot->why.rc, slot->why.code, "%s", slot->why.message);
	if ((rc = renew(cache, slot, profile, now, err)) != SSM_OK)
		keep_failure(slot, now, err);
	return rc;
}
