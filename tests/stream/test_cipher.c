#include "stream/cipher.h"

#include "tap.h"

/* Keys 00 to 3f, and what the two sides made with the nonce 64 to 6f: the vectors of ssm-data-channel(7). */
#define NONCE "\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"
static const struct view from_client = { NONCE "\xc2\x05\xe1\xb2\xb2\xd8\xf9\x33\x67\x54\x22\x9b\xbc\xac\x88\x01\x71\x01"
    "\x5b\xc1\x7a\xb9\x38", 35 };
static const struct view from_node = { NONCE "\x3a\x74\xb1\x12\x74\xe3\x8a\x50\xdb\xd5\xec\x01\x87\x01\x84\xb8\xf1\xb6"
    "\x6f\x63\x93\xe7", 34 };

static void
make_key(unsigned char key[CIPHER_KEY_LEN])
{
	for (int i = 0; i < CIPHER_KEY_LEN; i++)
		key[i] = (unsigned char)i;
}

static void
test_vectors(struct cipher *client, struct cipher *node)
{
	struct bytes text = BYTES_INIT(1024);

	ok(cipher_open(node, &text, from_client), "the node opens what the client has sealed");
	is_view(bytes_view(&text), VIEW("whoami\r"), "it is the text");
	bytes_reset(&text);
	ok(cipher_open(client, &text, from_node), "the client opens what the node has sealed");
	is_view(bytes_view(&text), VIEW("root\r\n"), "it is the text");
	bytes_reset(&text);
	ok(cipher_seal_with(node, (const unsigned char *)NONCE, &text, VIEW("root\r\n")),
	    "the node seals with a nonce that it is given");
	is_view(bytes_view(&text), from_node, "as the vector has it");
	bytes_clear(&text);
}

static void
test_both_ways(struct cipher *from, struct cipher *to, size_t len)
{
	struct bytes text = BYTES_INIT(2048), sealed = BYTES_INIT(2048), again = BYTES_INIT(2048), got = BYTES_INIT(2048);

	for (size_t i = 0; i < len; i++)
		bytes_add_char(&text, (char)i);
	bytes_add(&got, VIEW("before "));
	ok(cipher_seal(from, &sealed, bytes_view(&text)) && cipher_seal(from, &again, bytes_view(&text)) &&
	    cipher_open(to, &got, bytes_view(&sealed)), "%zu bytes are sealed, twice, and opened", len);
	is_number(sealed.len, len + CIPHER_OVERHEAD, "nonce and tag are all that is added");
	is_view(view_slice(bytes_view(&got), 7, got.len), len == 0 ? VIEW("") : bytes_view(&text), "they are the same");
	ok(!view_equal(bytes_view(&sealed), bytes_view(&again)), "what is sealed again is another text");
	bytes_clear(&text);
	bytes_clear(&sealed);
	bytes_clear(&again);
	bytes_clear(&got);
}

/* Every byte counts: the nonce's, the text's, the tag's. */
static void
test_forgeries(struct cipher *node)
{
	struct bytes sealed = BYTES_INIT(1024), text = BYTES_INIT(1024);
	size_t opened = 0;

	bytes_add(&text, VIEW("kept"));
	for (size_t i = 0; i < from_client.len; i++) {
		bytes_set(&sealed, from_client);
		sealed.ptr[i] ^= 1;
		opened += cipher_open(node, &text, bytes_view(&sealed));
	}
	is_number(opened, 0, "with a bit changed it is not opened, whichever it is");
	for (size_t len = opened = 0; len < from_client.len; len++)
		opened += cipher_open(node, &text, view_slice(from_client, 0, len));
	is_number(opened, 0, "nor when it is shorter");
	ok(!cipher_open(node, &text, from_node), "nor when it is not from the other side");
	is_view(bytes_view(&text), VIEW("kept"), "and nothing is added to the text");
	bytes_clear(&sealed);
	bytes_clear(&text);
}

int
main(void)
{
	unsigned char key[CIPHER_KEY_LEN];
	struct cipher *client, *node;

	make_key(key);
	client = cipher_new(key, CIPHER_CLIENT);
	node = cipher_new(key, CIPHER_NODE);
	if (ok(client != NULL && node != NULL, "there are ciphers")) {
		test_vectors(client, node);
		test_both_ways(client, node, 1024);
		test_both_ways(node, client, 1);
		test_both_ways(node, client, 0);
		test_forgeries(node);
	}
	cipher_free(client);
	cipher_free(node);
	cipher_free(NULL);
	return done_testing();
}
