#include "jmespath/tree.h"

#include <ctype.h>
#include <stdio.h>

#include "core/utf8.h"
#include "json/value_text.h"

struct jmespath_node *
jmespath_node(struct jmespath_parse *parse, enum jmespath_node_type type)
{
	struct jmespath_node *node = arena_alloc(parse->arena, sizeof *node);

	if (node == NULL) {
		parse->rc = ssm_fail_memory(parse->err);
		return NULL;
	}
	*node = (struct jmespath_node){ .type = type, .depth = 1 };
	return node;
}

struct jmespath_node *
jmespath_append_child(struct jmespath_parse *parse, struct jmespath_node *parent,
    struct jmespath_node *child)
{
	if (parent == NULL || child == NULL)
		return NULL;
	if (child->depth >= JMESPATH_NESTING_MAX)
		return jmespath_too_deep(parse);
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
	parent->count++;
	if (parent->depth <= child->depth)
		parent->depth = child->depth + 1;
	return parent;
}

struct jmespath_node *
jmespath_unary(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *child)
{
	return child == NULL ? NULL : jmespath_append_child(parse, jmespath_node(parse, type), child);
}

struct jmespath_node *
jmespath_binary(struct jmespath_parse *parse, enum jmespath_node_type type,
    struct jmespath_node *left, struct jmespath_node *right)
{
	if (left == NULL || right == NULL)
		return NULL;
	return jmespath_append_child(parse, jmespath_unary(parse, type, left), right);
}

/* A token's value, as Python prints it, is cut where a message ends anyway. */
static void
add_token_text(struct bytes *out, const struct jmespath_token *token)
{
	if (token->type == JMESPATH_LITERAL)
		valuetext_str(out, token->literal);
	else
		bytes_add(out, token->text);
}

struct jmespath_node *
jmespath_fault_at(struct jmespath_parse *parse, size_t start, const struct jmespath_token *token,
    struct view reason)
{
	int column = (int)utf8_count(view_slice(parse->expression, 0, start));
	struct bytes text = BYTES_INIT(JMESPATH_EXPRESSION_MAX);
	char type[32];
	size_t len = 0;

	for (const char *name = jmespath_token_name(token->type); *name != '\0'; name++)
		type[len++] = (char)toupper((unsigned char)*name);
	type[len] = '\0';
	add_token_text(&text, token);
	parse->rc = ssm_fail(parse->err, SSM_E_INPUT, "ParseError",
	    "%.*s: Parse error at column %d, token \"%.*s\" (%s), for expression:\n\"%.*s\"\n%*s",
	    VIEW_ARG(reason), column, VIEW_ARG(bytes_view(&text)), type,
	    VIEW_ARG(parse->expression), column + 2, "^");
	bytes_clear(&text);
	return NULL;
}

struct jmespath_node *
jmespath_fault(struct jmespath_parse *parse, const char *reason)
{
	return jmespath_fault_at(parse, parse->token->start, parse->token, view_of(reason));
}

struct jmespath_node *
jmespath_fault_naming(struct jmespath_parse *parse, const struct jmespath_token *token,
    const char *reason, const char *quote)
{
	struct bytes text = BYTES_INIT(JMESPATH_EXPRESSION_MAX);

	bytes_add_text(&text, reason);
	bytes_add_text(&text, quote);
	add_token_text(&text, token);
	bytes_add_text(&text, quote);
	jmespath_fault_at(parse, token->start, token, bytes_view(&text));
	bytes_clear(&text);
	return NULL;
}

struct jmespath_node *
jmespath_fault_expecting(struct jmespath_parse *parse, const char *expected)
{
	char reason[128];

	snprintf(reason, sizeof reason, "Expecting: %s, got: %s", expected,
	    jmespath_token_name(parse->token->type));
	return jmespath_fault(parse, reason);
}

struct jmespath_node *
jmespath_unexpected(struct jmespath_parse *parse, const char *expected)
{
	if (parse->token->type != JMESPATH_EOF)
		return jmespath_fault_expecting(parse, expected);
	parse->rc = ssm_fail(parse->err, SSM_E_INPUT, "IncompleteExpressionError",
	    "Invalid jmespath expression: Incomplete expression:\n\"%.*s\"\n%*s",
	    VIEW_ARG(parse->expression), (int)utf8_count(parse->expression) + 2, "^");
	return NULL;
}

struct jmespath_node *
jmespath_too_deep(struct jmespath_parse *parse)
{
	parse->rc = ssm_fail(parse->err, SSM_E_INPUT, "RecursionError",
	    "the expression is nested more than %d deep", JMESPATH_NESTING_MAX);
	return NULL;
}

bool
jmespath_match(struct jmespath_parse *parse, enum jmespath_token_type type)
{
	if (parse->token->type != type)
		return jmespath_unexpected(parse, jmespath_token_name(type)) != NULL;
	parse->token++;
	return true;
}
