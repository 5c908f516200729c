#include "role/role_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/timestamp.h"
#include "core/atomicfile.h"
#include "core/io.h"
#include "core/pathexpand.h"
#include "json/json.h"
#include "sign/digest.h"

#define DIRECTORY "~/.aws/cli/cache/"
#define LOCK_NAME ".lock"		/* one file; each entry has a byte of its own to lock */
#define NUMBER_DIGITS 15		/* of the name, in hexadecimal: fits into a file offset */
#define ENTRY_MAX (512 * 1024)

enum ssm_err
role_cache_open(struct role_cache *cache, struct view key, struct ssm_error *err)
{
	char name[DIGEST_SHA1_HEX_LEN + 1], number[NUMBER_DIGITS + 1] = "";
	enum ssm_err rc;

	if ((rc = digest_sha1_hex(name, key, err)) != SSM_OK)
		return rc;
	memcpy(number, name, NUMBER_DIGITS);
	cache->number = strtoull(number, NULL, 16);
	pathexpand(&cache->path, VIEW(DIRECTORY), getenv);
	bytes_add_text(&cache->path, name);
	bytes_add(&cache->path, VIEW(".json"));
	return bytes_cstr(&cache->path) == NULL ? ssm_fail_memory(err) : SSM_OK;
}

static bool
take(struct bytes *to, const struct json_doc *doc, const char *name, bool required)
{
	struct json_member *member = json_member(doc, name);
	enum json_kind kind = json_kind(member);

	if (kind == JSON_STRING)
		bytes_set(to, member->text);
	return kind == JSON_STRING || (!required && (kind == JSON_ABSENT || kind == JSON_NULL));
}

static bool
take_keys(struct credentials *who, const struct json_doc *doc, time_t now, struct ssm_error *err)
{
	struct bytes expiration = BYTES_INIT(128);
	bool good;

	good = take(&who->access_key_id, doc, "AccessKeyId", true) &&
	    take(&who->secret_access_key, doc, "SecretAccessKey", true) &&
	    take(&who->session_token, doc, "SessionToken", true) &&
	    take(&who->account_id, doc, "AccountId", false) &&
	    take(&expiration, doc, "Expiration", true) &&
	    timestamp_parse(bytes_view(&expiration), &who->expiration) &&
	    who->expiration - now >= ROLE_CACHE_WINDOW && credentials_check(who, "cache", err) == SSM_OK;
	who->expires = true;
	bytes_clear(&expiration);
	return good;
}

/* Nobody hears what is wrong with an entry. */
static bool
read_entry(struct credentials *who, struct view text, time_t now)
{
	struct json_doc entry = JSON_DOC_INIT, keys = JSON_DOC_INIT;
	struct ssm_error unheard = SSM_ERROR_INIT;
	struct json_member *member = NULL;
	bool good;

	if (json_parse(&entry, text, "the entry", &unheard) == SSM_OK)
		member = json_member(&entry, "Credentials");
	good = json_kind(member) == JSON_OBJECT &&
	    json_parse(&keys, member->raw, "the entry", &unheard) == SSM_OK &&
	    take_keys(who, &keys, now, &unheard);
	json_clear(&keys);
	json_clear(&entry);
	ssm_error_clear(&unheard);
	return good;
}

bool
role_cache_load(const struct role_cache *cache, time_t now, struct credentials *who)
{
	struct bytes text = BYTES_INIT(ENTRY_MAX);
	bool good;

	credentials_clear(who);
	if (cache->path.len > 0)
		atomicfile_sweep(cache->path.ptr);
	good = cache->path.len > 0 && io_read_file(&text, cache->path.ptr) == 0 &&
	    read_entry(who, bytes_view(&text), now);
	bytes_clear(&text);
	if (!good)
		credentials_clear(who);
	return good;
}

/* Makes the directories above path. */
static bool
make_directories(char *path)
{
	bool made = true;

	for (char *slash = strchr(path + 1, '/'); slash != NULL && made; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = mkdir(path, 0700) == 0 || errno == EEXIST;
		*slash = '/';
	}
	return made;
}

static int
open_lock(const struct role_cache *cache)
{
	struct bytes path = BYTES_INIT(ROLE_CACHE_PATH_MAX);
	const char *slash = strrchr(cache->path.ptr, '/');
	int fd = -1;

	bytes_set(&path, view_slice(bytes_view(&cache->path), 0, (size_t)(slash - cache->path.ptr) + 1));
	bytes_add(&path, VIEW(LOCK_NAME));
	if (bytes_cstr(&path) != NULL && make_directories(path.ptr))
		fd = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bytes_clear(&path);
	return fd;
}

void
role_cache_lock(struct role_cache *cache)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = (off_t)cache->number, .l_len = 1 };

	if (cache->path.len == 0 || cache->lock >= 0 || (cache->lock = open_lock(cache)) < 0)
		return;
	while (fcntl(cache->lock, F_OFD_SETLKW, &range) != 0 && errno == EINTR)
		;
}

bool
role_cache_store(const struct role_cache *cache, struct view document)
{
	if (cache->path.len == 0)
		return false;
	unlink(cache->path.ptr);
	return atomicfile_write(cache->path.ptr, document) == 0;
}

void
role_cache_close(struct role_cache *cache)
{
	if (cache->lock >= 0)
		close(cache->lock);
	cache->lock = -1;
	bytes_clear(&cache->path);
}
