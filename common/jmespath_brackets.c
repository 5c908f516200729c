/* What stands in brackets and braces: lists, hashes, indexes, slices. */
#include <stdlib.h>

#include "jmespath_parse.h"

struct jmespath_node *
jmespath_parse_list(struct jmespath_parse *parse)
{
	struct jmespath_node *list = jmespath_node(parse, JMESPATH_NODE_LIST);

	for (;;) {
		list = jmespath_adopt(parse, list, jmespath_parse_expression(parse, 0));
		if (list == NULL)
			return NULL;
		if (parse->token->type == JMESPATH_RBRACKET)
			break;
		if (!jmespath_match(parse, JMESPATH_COMMA))
			return NULL;
	}
	parse->token++;
	return list;
}

static struct jmespath_node *
parse_pair(struct jmespath_parse *parse)
{
	const struct jmespath_token *key = parse->token;
	struct jmespath_node *pair;

	if (key->type != JMESPATH_QUOTED_IDENTIFIER && key->type != JMESPATH_UNQUOTED_IDENTIFIER)
		return jmespath_unexpected(parse, "['quoted_identifier', 'unquoted_identifier']");
	parse->token++;
	if (!jmespath_match(parse, JMESPATH_COLON))
		return NULL;
	pair = jmespath_node_on(parse, JMESPATH_NODE_PAIR, jmespath_parse_expression(parse, 0));
	if (pair != NULL)
		pair->name = key->text;
	return pair;
}

/* python-jmespath does without the comma too, and so does this. */
struct jmespath_node *
jmespath_parse_hash(struct jmespath_parse *parse)
{
	struct jmespath_node *hash = jmespath_node(parse, JMESPATH_NODE_HASH);

	while (hash != NULL) {
		hash = jmespath_adopt(parse, hash, parse_pair(parse));
		if (hash != NULL && parse->token->type == JMESPATH_RBRACE)
			break;
		if (hash != NULL && parse->token->type == JMESPATH_COMMA)
			parse->token++;
	}
	if (hash != NULL)
		parse->token++;
	return hash;
}

/* A number token never has more than a sign and digits: what is too long is too large. */
static long long
number_of(const struct jmespath_token *token)
{
	bool negative = token->text.ptr[0] == '-';
	long long number = 0;

	for (size_t i = negative; i < token->text.len && number < JMESPATH_NUMBER_MAX / 10; i++)
		number = 10 * number + (token->text.ptr[i] - '0');
	if (token->text.len > 18)
		number = JMESPATH_NUMBER_MAX;
	return negative ? -number : number;
}

static struct jmespath_node *
parse_slice(struct jmespath_parse *parse)
{
	struct jmespath_node *node = jmespath_node(parse, JMESPATH_NODE_SLICE);
	long long part[3] = { 0, 0, 0 };
	bool has[3] = { false, false, false };

	for (int i = 0; parse->token->type != JMESPATH_RBRACKET; parse->token++) {
		if (parse->token->type == JMESPATH_NUMBER) {
			part[i] = number_of(parse->token);
			has[i] = true;
		} else if (parse->token->type != JMESPATH_COLON || ++i == 3) {
			return jmespath_fault(parse, "syntax error");
		}
	}
	parse->token++;
	if (node != NULL)
		node->slice = (struct jmespath_slice){ has[0], has[1], has[2], part[0], part[1],
		    part[2] };
	return node;
}

struct jmespath_node *
jmespath_parse_index(struct jmespath_parse *parse)
{
	struct jmespath_node *node;

	if (parse->token[0].type == JMESPATH_COLON || parse->token[1].type == JMESPATH_COLON)
		return parse_slice(parse);
	if ((node = jmespath_node(parse, JMESPATH_NODE_INDEX)) == NULL)
		return NULL;
	node->slice.start = number_of(parse->token++);
	return jmespath_match(parse, JMESPATH_RBRACKET) ? node : NULL;
}
