#include "jmespath/parser.h"

#include "jmespath/tree.h"

/* Tokens that bind less than this end a projection. */
#define PROJECTION_STOP 10

/* How strongly a token binds to what stands before it; those that are not here do not. */
static const unsigned char bindings[] = {
	[JMESPATH_PIPE] = 1, [JMESPATH_OR] = 2, [JMESPATH_AND] = 3, [JMESPATH_EQ] = 5,
	[JMESPATH_NE] = 5, [JMESPATH_LT] = 5, [JMESPATH_LTE] = 5, [JMESPATH_GT] = 5,
	[JMESPATH_GTE] = 5, [JMESPATH_FLATTEN] = 9, [JMESPATH_STAR] = 20, [JMESPATH_FILTER] = 21,
	[JMESPATH_DOT] = 40, [JMESPATH_NOT] = 45, [JMESPATH_LBRACE] = 50, [JMESPATH_LBRACKET] = 55,
	[JMESPATH_LPAREN] = 60,
};

/* An expression up to the first token that binds no more than `binding`. */
static struct jmespath_node *parse_expression(struct jmespath_parse *parse, unsigned binding);

static struct jmespath_node *
identity(struct jmespath_parse *parse)
{
	return jmespath_node(parse, JMESPATH_NODE_IDENTITY);
}

/* Behind '['. */
static struct jmespath_node *
parse_list(struct jmespath_parse *parse)
{
	struct jmespath_node *list = jmespath_node(parse, JMESPATH_NODE_LIST);

	for (;;) {
		list = jmespath_append_child(parse, list, parse_expression(parse, 0));
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
	pair = jmespath_unary(parse, JMESPATH_NODE_PAIR, parse_expression(parse, 0));
	if (pair != NULL)
		pair->name = key->text;
	return pair;
}

/* Behind '{'. python-jmespath does without the comma too, and so does this. */
static struct jmespath_node *
parse_hash(struct jmespath_parse *parse)
{
	struct jmespath_node *hash = jmespath_node(parse, JMESPATH_NODE_HASH);

	while (hash != NULL) {
		hash = jmespath_append_child(parse, hash, parse_pair(parse));
		if (hash != NULL && parse->token->type == JMESPATH_RBRACE)
			break;
		if (hash != NULL && parse->token->type == JMESPATH_COMMA)
			parse->token++;
	}
	if (hash != NULL)
		parse->token++;
	return hash;
}

static struct jmespath_node *
parse_slice(struct jmespath_parse *parse)
{
	struct jmespath_node *node = jmespath_node(parse, JMESPATH_NODE_SLICE);
	long long part[3] = { 0, 0, 0 };
	bool has[3] = { false, false, false };

	for (int i = 0; parse->token->type != JMESPATH_RBRACKET; parse->token++) {
		if (parse->token->type == JMESPATH_NUMBER) {
			part[i] = parse->token->number;
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

/* Behind '[' and before a number or colon: an index or a slice. */
static struct jmespath_node *
parse_index(struct jmespath_parse *parse)
{
	struct jmespath_node *node;

	if (parse->token[0].type == JMESPATH_COLON || parse->token[1].type == JMESPATH_COLON)
		return parse_slice(parse);
	if ((node = jmespath_node(parse, JMESPATH_NODE_INDEX)) == NULL)
		return NULL;
	node->slice.start = (parse->token++)->number;
	return jmespath_match(parse, JMESPATH_RBRACKET) ? node : NULL;
}

/* Behind a dot. */
static struct jmespath_node *
parse_dotted(struct jmespath_parse *parse, unsigned binding)
{
	switch (parse->token->type) {
	case JMESPATH_QUOTED_IDENTIFIER: case JMESPATH_UNQUOTED_IDENTIFIER: case JMESPATH_STAR:
		return parse_expression(parse, binding);
	case JMESPATH_LBRACKET:
		parse->token++;
		return parse_list(parse);
	case JMESPATH_LBRACE:
		parse->token++;
		return parse_hash(parse);
	default:
		return jmespath_fault_expecting(parse,
		    "['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace']");
	}
}

/* What a projection does with each element: up to the first token that ends projections. */
static struct jmespath_node *
parse_projected(struct jmespath_parse *parse, unsigned binding)
{
	enum jmespath_token_type type = parse->token->type;

	if (bindings[type] < PROJECTION_STOP)
		return identity(parse);
	if (type == JMESPATH_LBRACKET || type == JMESPATH_FILTER)
		return parse_expression(parse, binding);
	if (type != JMESPATH_DOT)
		return jmespath_fault(parse, "syntax error");
	parse->token++;
	return parse_dotted(parse, binding);
}

/* left, then what stands behind `type` for each element of it. */
static struct jmespath_node *
project(struct jmespath_parse *parse, enum jmespath_node_type type, struct jmespath_node *left,
    enum jmespath_token_type behind)
{
	if (left == NULL)
		return NULL;
	return jmespath_binary(parse, type, left,
	    parse_projected(parse, bindings[behind]));
}

/* `[`number`]`, `[`slice`]` or `[*]` on left; at is behind the bracket. */
static struct jmespath_node *
led_bracket(struct jmespath_parse *parse, struct jmespath_node *left)
{
	enum jmespath_token_type type = parse->token->type;
	struct jmespath_node *index;

	if (type != JMESPATH_NUMBER && type != JMESPATH_COLON) {
		if (!jmespath_match(parse, JMESPATH_STAR) || !jmespath_match(parse, JMESPATH_RBRACKET))
			return NULL;
		return project(parse, JMESPATH_NODE_PROJECTION, left, JMESPATH_STAR);
	}
	if ((index = parse_index(parse)) == NULL)
		return NULL;
	if (left->type == JMESPATH_NODE_INDEX_CHAIN)	/* a slice here projects nothing */
		return jmespath_append_child(parse, left, index);
	left = jmespath_binary(parse, JMESPATH_NODE_INDEX_CHAIN, left, index);
	return index->type == JMESPATH_NODE_INDEX ? left :
	    project(parse, JMESPATH_NODE_PROJECTION, left, JMESPATH_STAR);
}

static struct jmespath_node *
led_dot(struct jmespath_parse *parse, struct jmespath_node *left)
{
	struct jmespath_node *right;

	if (parse->token->type == JMESPATH_STAR) {
		parse->token++;
		return project(parse, JMESPATH_NODE_VALUE_PROJECTION, left, JMESPATH_DOT);
	}
	right = parse_dotted(parse, bindings[JMESPATH_DOT]);
	if (left->type == JMESPATH_NODE_CHAIN)
		return jmespath_append_child(parse, left, right);
	return jmespath_binary(parse, JMESPATH_NODE_CHAIN, left, right);
}

static struct jmespath_node *
led_filter(struct jmespath_parse *parse, struct jmespath_node *left)
{
	struct jmespath_node *condition = parse_expression(parse, 0);

	if (condition == NULL || !jmespath_match(parse, JMESPATH_RBRACKET))
		return NULL;
	left = project(parse, JMESPATH_NODE_FILTER_PROJECTION, left, JMESPATH_FILTER);
	return jmespath_append_child(parse, left, condition);
}

static struct jmespath_node *
led_flatten(struct jmespath_parse *parse, struct jmespath_node *left)
{
	return project(parse, JMESPATH_NODE_PROJECTION,
	    jmespath_unary(parse, JMESPATH_NODE_FLATTEN, left), JMESPATH_FLATTEN);
}

/* Commas between arguments may be missing, as in python-jmespath. */
static struct jmespath_node *
led_call(struct jmespath_parse *parse, struct jmespath_node *left)
{
	struct jmespath_node *call;

	if (left->type != JMESPATH_NODE_FIELD)
		return jmespath_fault_naming(parse, parse->token - 2, "Invalid function name ", "'");
	if ((call = jmespath_node(parse, JMESPATH_NODE_FUNCTION)) != NULL)
		call->name = left->name;
	while (call != NULL && parse->token->type != JMESPATH_RPAREN) {
		call = jmespath_append_child(parse, call, parse_expression(parse, 0));
		if (call != NULL && parse->token->type == JMESPATH_COMMA)
			parse->token++;
	}
	if (call != NULL)
		parse->token++;
	return call;
}

static struct jmespath_node *
led_binary(struct jmespath_parse *parse, struct jmespath_node *left,
    enum jmespath_token_type operator)
{
	enum jmespath_node_type type = operator == JMESPATH_PIPE ? JMESPATH_NODE_CHAIN :
	    operator == JMESPATH_OR ? JMESPATH_NODE_OR :
	    operator == JMESPATH_AND ? JMESPATH_NODE_AND : JMESPATH_NODE_COMPARATOR;
	struct jmespath_node *node = jmespath_binary(parse, type, left,
	    parse_expression(parse, bindings[operator]));

	if (node != NULL)
		node->operator = operator;
	return node;
}

/* A token behind `left`, which it takes in. */
static struct jmespath_node *
led(struct jmespath_parse *parse, struct jmespath_node *left)
{
	enum jmespath_token_type type = (parse->token++)->type;

	switch (type) {
	case JMESPATH_STAR: case JMESPATH_NOT: case JMESPATH_LBRACE:
		parse->token--;
		return jmespath_fault(parse, "invalid token");
	case JMESPATH_DOT:	return led_dot(parse, left);
	case JMESPATH_LBRACKET:	return led_bracket(parse, left);
	case JMESPATH_FILTER:	return led_filter(parse, left);
	case JMESPATH_FLATTEN:	return led_flatten(parse, left);
	case JMESPATH_LPAREN:	return led_call(parse, left);
	default:		return led_binary(parse, left, type);
	}
}

static struct jmespath_node *
nud_field(struct jmespath_parse *parse, const struct jmespath_token *token)
{
	struct jmespath_node *field = jmespath_node(parse, JMESPATH_NODE_FIELD);

	if (token->type == JMESPATH_QUOTED_IDENTIFIER && parse->token->type == JMESPATH_LPAREN)
		return jmespath_fault_at(parse, 0, parse->token,
		    VIEW("Quoted identifier not allowed for function names."));
	if (field != NULL)
		field->name = token->text;
	return field;
}

static struct jmespath_node *
nud_literal(struct jmespath_parse *parse, const struct jmespath_token *token)
{
	struct jmespath_node *literal = jmespath_node(parse, JMESPATH_NODE_LITERAL);

	if (literal != NULL)
		literal->literal = token->literal;
	return literal;
}

static struct jmespath_node *
nud_bracket(struct jmespath_parse *parse)
{
	enum jmespath_token_type type = parse->token->type;

	if (type == JMESPATH_NUMBER || type == JMESPATH_COLON ||
	    (type == JMESPATH_STAR && parse->token[1].type == JMESPATH_RBRACKET)) {
		struct jmespath_node *left = identity(parse);

		return left == NULL ? NULL : led_bracket(parse, left);
	}
	return parse_list(parse);
}

static struct jmespath_node *
nud_paren(struct jmespath_parse *parse)
{
	struct jmespath_node *inner = parse_expression(parse, 0);

	return inner != NULL && jmespath_match(parse, JMESPATH_RPAREN) ? inner : NULL;
}

/* A token that begins an expression; it has been taken. */
static struct jmespath_node *
nud(struct jmespath_parse *parse, const struct jmespath_token *token)
{
	struct jmespath_node *node;

	switch (token->type) {
	case JMESPATH_UNQUOTED_IDENTIFIER:
	case JMESPATH_QUOTED_IDENTIFIER: return nud_field(parse, token);
	case JMESPATH_LITERAL:	return nud_literal(parse, token);
	case JMESPATH_CURRENT:	return identity(parse);
	case JMESPATH_STAR:
		return project(parse, JMESPATH_NODE_VALUE_PROJECTION, identity(parse), JMESPATH_STAR);
	case JMESPATH_LBRACKET:	return nud_bracket(parse);
	case JMESPATH_LBRACE:	return parse_hash(parse);
	case JMESPATH_LPAREN:	return nud_paren(parse);
	case JMESPATH_FILTER:
		return (node = identity(parse)) == NULL ? NULL : led_filter(parse, node);
	case JMESPATH_FLATTEN:
		return led_flatten(parse, identity(parse));
	case JMESPATH_NOT:
		return jmespath_unary(parse, JMESPATH_NODE_NOT,
		    parse_expression(parse, bindings[JMESPATH_NOT]));
	case JMESPATH_EXPREF:
		return jmespath_unary(parse, JMESPATH_NODE_EXPREF,
		    parse_expression(parse, 0));
	default:
		parse->token = token;
		return token->type == JMESPATH_EOF ? jmespath_unexpected(parse, "") :
		    jmespath_fault(parse, "invalid token");
	}
}

static struct jmespath_node *
parse_expression(struct jmespath_parse *parse, unsigned binding)
{
	struct jmespath_node *left;

	if (parse->depth == JMESPATH_NESTING_MAX)
		return jmespath_too_deep(parse);
	parse->depth++;
	left = nud(parse, parse->token++);
	while (left != NULL && binding < bindings[parse->token->type])
		left = led(parse, left);
	parse->depth--;
	return left;
}

enum ssm_err
jmespath_parse(const struct jmespath_node **out, struct arena *arena, struct view expression,
    struct ssm_error *err)
{
	struct jmespath_parse parse = { .arena = arena, .expression = expression, .rc = SSM_OK,
	    .err = err };
	struct jmespath_node *whole;

	*out = NULL;
	if ((parse.rc = jmespath_lex(&parse.token, arena, expression, err)) != SSM_OK)
		return parse.rc;
	whole = parse_expression(&parse, 0);
	if (whole != NULL && parse.token->type != JMESPATH_EOF)
		whole = jmespath_fault_naming(&parse, parse.token, "Unexpected token: ", "");
	*out = whole;
	return parse.rc;
}
