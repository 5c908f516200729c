#include "http/trust.h"

#include <dirent.h>

/* 1f2e3d4c.0: what OpenSSL looks a certificate's issuer up by. */
static bool
is_hash_link(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef");

	return digits == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

static bool
is_hashed_directory(const char *path)
{
	DIR *dir = path == NULL ? NULL : opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hash_link(entry->d_name);
	closedir(dir);
	return found;
}

/*
 * Reading the system's bundle takes longer than all the rest of a connection; a hashed directory of
 * the same certificates costs nothing.
 */
static enum trust
cheapest(void)
{
	return is_hashed_directory(curl_version_info(CURLVERSION_NOW)->capath) ?
	    TRUST_DIRECTORY : TRUST_SYSTEM;
}

static bool
uses_tls(const struct transfer *transfer)
{
	return view_equal_nocase(transfer->url->scheme, VIEW("https")) ||
	    view_starts(transfer->proxy, VIEW("https:"));
}

enum trust
trust_choose(enum trust *system, const struct transfer *transfer, bool no_verify)
{
	if (!uses_tls(transfer))
		return TRUST_UNUSED;
	if (no_verify)
		return TRUST_UNASKED;
	if (transfer->ca_bundle != NULL)
		return TRUST_BUNDLE;
	if (*system == TRUST_UNUSED)
		*system = cheapest();
	return *system;
}

bool
trust_grows(enum trust *system, enum trust trust, const struct transfer *transfer)
{
	if (trust != TRUST_DIRECTORY || transfer->connected != 0 ||
	    transfer->response.failure != RESPONSE_TLS_REFUSED)
		return false;
	*system = TRUST_SYSTEM;
	return true;
}

static CURLcode
of_server(CURL *easy, const char *ca_bundle, enum trust trust)
{
	const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
	bool verify = trust != TRUST_UNASKED;
	const char *bundle = trust == TRUST_BUNDLE ? ca_bundle :
	    trust == TRUST_SYSTEM ? built->cainfo : NULL;
	const char *directory = trust == TRUST_DIRECTORY || trust == TRUST_SYSTEM ?
	    built->capath : NULL;
	CURLcode rc;

	if ((rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L)) == CURLE_OK &&
	    (rc = curl_easy_setopt(easy, CURLOPT_CAINFO, bundle)) == CURLE_OK)
		rc = curl_easy_setopt(easy, CURLOPT_CAPATH, directory);
	return rc;
}

/* One that anybody could take the place of would see our log-in. */
static CURLcode
of_proxy(CURL *easy, const char *ca_bundle, enum trust trust)
{
	const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
	bool own = trust == TRUST_BUNDLE;
	CURLcode rc = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, own ? ca_bundle : built->cainfo);

	return rc != CURLE_OK ? rc :
	    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, own ? NULL : built->capath);
}

CURLcode
trust_apply(CURL *easy, const char *ca_bundle, enum trust trust)
{
	CURLcode rc = of_server(easy, ca_bundle, trust);

	return rc != CURLE_OK ? rc : of_proxy(easy, ca_bundle, trust);
}
