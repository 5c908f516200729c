/* container_url: the two variables, and which hosts may be asked over http. */
#include "credentials/container_url.h"
#include "tap.h"

static enum ssm_err
choose(const char *relative, const char *full, struct bytes *text, struct ssm_error *err)
{
	struct url url;

	return container_url_choose(text, &url, relative, full, err);
}

static void
test_choice(void)
{
	struct bytes text = BYTES_INIT(URL_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	is_number(choose("/v2/credentials/x?y=z", "http://127.0.0.1/", &text, &err), SSM_OK,
	    "a relative URI goes before a full one");
	is_view(bytes_view(&text), VIEW("http://169.254.170.2/v2/credentials/x?y=z"),
	    "it is put behind the agent's address as it is");
	is_number(choose("", "http://127.0.0.1/", &text, &err), SSM_OK, "an empty relative URI is one");
	is_view(bytes_view(&text), VIEW("http://169.254.170.2"), "the agent itself");
	is_number(choose(":8080/x", NULL, &text, &err), SSM_OK, "a relative URI with a port");
	is_view(bytes_view(&text), VIEW("http://169.254.170.2:8080/x"), "another port of the agent");
	is_number(choose(NULL, "https://a.example/b", &text, &err), SSM_OK, "a full URI");
	is_view(bytes_view(&text), VIEW("https://a.example/b"), "it is taken as it is");
	bytes_clear(&text);
	ssm_error_clear(&err);
}

static void
test_hosts(void)
{
	static const char *const good[] = {
		"http://127.0.0.1/", "http://127.255.255.254:80/", "http://[::1]/", "http://[0:0::1]:8/",
		"http://169.254.170.2/", "http://169.254.170.23/", "http://[fd00:ec2::23]/",
		"http://[FD00:EC2::23]/", "http://localhost/", "http://LocalHost:1/",
		"HTTP://127.0.0.1/", "https://10.0.0.1/", "https://a.example/", "HTTPS://[::2]/",
	};
	static const char *const bad[] = {
		"http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
		"http://[::ffff:127.0.0.1]/", "http://[::]/", "http://0.0.0.0/", "http://128.0.0.1/",
		"http://169.254.169.254/", "http://169.254.170.24/", "http://169.254.170.2.example/",
		"http://localhost.example/", "http://localhost./", "http://[fd00:ec2::254]/",
		"http://127.0.0.1.example/", "http://u@127.0.0.1/", "https://u:p@a.example/",
		"http://127.0.0.1@a.example/", "ftp://127.0.0.1/", "file:///x", "127.0.0.1/", "", "http://",
		"http://127.0.0.1 /", "http://127.0.0.1\n/",
	};
	struct bytes text = BYTES_INIT(URL_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		is_number(choose(NULL, good[i], &text, &err), SSM_OK, "asked: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_number(choose(NULL, bad[i], &text, &err), SSM_E_CONFIG, "not asked: bad URL %zu", i);
	bytes_clear(&text);
	ssm_error_clear(&err);
}

static void
test_texts(void)
{
	static char endless[URL_LEN_MAX + 8];
	struct bytes text = BYTES_INIT(URL_LEN_MAX);
	struct ssm_error err = SSM_ERROR_INIT;

	choose("@Evil.com/x", NULL, &text, &err);
	is_text(err.message, "Unsupported host 'evil.com'.  Can only retrieve metadata from a loopback "
	    "address or one of these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost",
	    "a relative URI that would change the host");
	choose(NULL, "http://[::2]/", &text, &err);
	ok(strstr(err.message, "Unsupported host '::2'.  ") == err.message, "an address without its brackets");
	choose(NULL, "http://u@127.0.0.1/", &text, &err);
	is_text(err.message, "AWS_CONTAINER_CREDENTIALS_FULL_URI: a user name at character 8",
	    "a user name has its place told, not itself");
	memset(endless, 'a', sizeof endless - 1);
	memcpy(endless, "/", 1);
	choose(endless, NULL, &text, &err);
	is_text(err.message, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: longer than 4096 bytes",
	    "a URI without an end");
	bytes_clear(&text);
	ssm_error_clear(&err);
}

int
main(void)
{
	test_choice();
	test_hosts();
	test_texts();
	return done_testing();
}
