#include "jmespath_parser.h"

#include "jmespath.h"
#include "jmespath_parse.h"

/* Tokens that bind less than this end a projection. */
#define PROJECTION_STOP 10

unsigned
jmespath_binding(enum jmespath_token_type type)
{
	switch (type) {
	case JMESPATH_PIPE:	return 1;
	case JMESPATH_OR:	return 2;
	case JMESPATH_AND:	return 3;
	case JMESPATH_EQ: case JMESPATH_NE: case JMESPATH_LT: case JMESPATH_LTE:
	case JMESPATH_GT: case JMESPATH_GTE:
				return 5;
	case JMESPATH_FLATTEN:	return 9;
	case JMESPATH_STAR:	return 20;
	case JMESPATH_FILTER:	return 21;
	case JMESPATH_DOT:	return 40;
	case JMESPATH_NOT:	return 45;
	case JMESPATH_LBRACE:	return 50;
	case JMESPATH_LBRACKET:	return 55;
	case JMESPATH_LPAREN:	return 60;
	default:		return 0;
	}
}

static struct jmespath_node *
identity(struct jmespath_parse *parse)
{
	return jmespath_node(parse, JMESPATH_NODE_IDENTITY);
}

struct jmespath_node *
jmespath_parse_dotted(struct jmespath_parse *parse, unsigned binding)
{
	static const char allowed[] =
	    "Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: ";
	char reason[sizeof allowed + 32] = "";

	switch (parse->token->type) {
	case JMESPATH_QUOTED_IDENTIFIER: case JMESPATH_UNQUOTED_IDENTIFIER: case JMESPATH_STAR:
		return jmespath_parse_expression(parse, binding);
	case JMESPATH_LBRACKET:
		parse->token++;
		return jmespath_parse_list(parse);
	case JMESPATH_LBRACE:
		parse->token++;
		return jmespath_parse_hash(parse);
	default:
		strcpy(reason, allowed);
		strcat(reason, jmespath_token_name(parse->token->type));
		return jmespath_fault(parse, reason);
	}
}

struct jmespath_node *
jmespath_parse_projected(struct jmespath_parse *parse, unsigned binding)
{
	enum jmespath_token_type type = parse->token->type;

	if (jmespath_binding(type) < PROJECTION_STOP)
		return identity(parse);
	if (type == JMESPATH_LBRACKET || type == JMESPATH_FILTER)
		return jmespath_parse_expression(parse, binding);
	if (type != JMESPATH_DOT)
		return jmespath_fault(parse, "syntax error");
	parse->token++;
	return jmespath_parse_dotted(parse, binding);
}

/* left, then what stands behind `type` for each element of it. */
static struct jmespath_node *
project(struct jmespath_parse *parse, enum jmespath_node_type type, struct jmespath_node *left,
    enum jmespath_token_type behind)
{
	if (left == NULL)
		return NULL;
	return jmespath_node_of(parse, type, left,
	    jmespath_parse_projected(parse, jmespath_binding(behind)));
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
	if ((index = jmespath_parse_index(parse)) == NULL)
		return NULL;
	if (left->type == JMESPATH_NODE_INDEX_CHAIN)
		return jmespath_adopt(parse, left, index);	/* a slice here projects nothing */
	left = jmespath_node_of(parse, JMESPATH_NODE_INDEX_CHAIN, left, index);
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
	right = jmespath_parse_dotted(parse, jmespath_binding(JMESPATH_DOT));
	if (left->type == JMESPATH_NODE_CHAIN)
		return jmespath_adopt(parse, left, right);
	return jmespath_node_of(parse, JMESPATH_NODE_CHAIN, left, right);
}

static struct jmespath_node *
led_filter(struct jmespath_parse *parse, struct jmespath_node *left)
{
	struct jmespath_node *condition = jmespath_parse_expression(parse, 0), *right;

	if (condition == NULL || !jmespath_match(parse, JMESPATH_RBRACKET))
		return NULL;
	right = parse->token->type == JMESPATH_FLATTEN ? identity(parse) :
	    jmespath_parse_projected(parse, jmespath_binding(JMESPATH_FILTER));
	left = jmespath_node_of(parse, JMESPATH_NODE_FILTER_PROJECTION, left, right);
	return jmespath_adopt(parse, left, condition);
}

static struct jmespath_node *
led_flatten(struct jmespath_parse *parse, struct jmespath_node *left)
{
	return project(parse, JMESPATH_NODE_PROJECTION,
	    jmespath_node_on(parse, JMESPATH_NODE_FLATTEN, left), JMESPATH_FLATTEN);
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
		call = jmespath_adopt(parse, call, jmespath_parse_expression(parse, 0));
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
	struct jmespath_node *node = jmespath_node_of(parse, type, left,
	    jmespath_parse_expression(parse, jmespath_binding(operator)));

	if (node != NULL)
		node->comparator = operator == JMESPATH_EQ ? JMESPATH_IS_EQUAL :
		    operator == JMESPATH_NE ? JMESPATH_IS_UNEQUAL :
		    operator == JMESPATH_LT ? JMESPATH_IS_LESS :
		    operator == JMESPATH_GT ? JMESPATH_IS_MORE :
		    operator == JMESPATH_LTE ? JMESPATH_IS_AT_MOST : JMESPATH_IS_AT_LEAST;
	return node;
}

/* A token behind `left`, which it takes in. */
static struct jmespath_node *
led(struct jmespath_parse *parse, struct jmespath_node *left)
{
	enum jmespath_token_type type = parse->token->type;

	switch (type) {
	case JMESPATH_STAR: case JMESPATH_NOT: case JMESPATH_LBRACE:
		return jmespath_fault(parse, "invalid token");
	default:
		break;
	}
	parse->token++;
	switch (type) {
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
nud_star(struct jmespath_parse *parse)
{
	if (parse->token->type == JMESPATH_RBRACKET)
		return jmespath_node_of(parse, JMESPATH_NODE_VALUE_PROJECTION, identity(parse),
		    identity(parse));
	return project(parse, JMESPATH_NODE_VALUE_PROJECTION, identity(parse), JMESPATH_STAR);
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
	return jmespath_parse_list(parse);
}

static struct jmespath_node *
nud_paren(struct jmespath_parse *parse)
{
	struct jmespath_node *inner = jmespath_parse_expression(parse, 0);

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
	case JMESPATH_STAR:	return nud_star(parse);
	case JMESPATH_LBRACKET:	return nud_bracket(parse);
	case JMESPATH_LBRACE:	return jmespath_parse_hash(parse);
	case JMESPATH_LPAREN:	return nud_paren(parse);
	case JMESPATH_FILTER:
		return (node = identity(parse)) == NULL ? NULL : led_filter(parse, node);
	case JMESPATH_FLATTEN:
		return led_flatten(parse, identity(parse));
	case JMESPATH_NOT:
		return jmespath_node_on(parse, JMESPATH_NODE_NOT,
		    jmespath_parse_expression(parse, jmespath_binding(JMESPATH_NOT)));
	case JMESPATH_EXPREF:
		return jmespath_node_on(parse, JMESPATH_NODE_EXPREF,
		    jmespath_parse_expression(parse, 0));
	default:
		parse->token = token;
		return token->type == JMESPATH_EOF ? jmespath_unexpected(parse, "") :
		    jmespath_fault(parse, "invalid token");
	}
}

struct jmespath_node *
jmespath_parse_expression(struct jmespath_parse *parse, unsigned binding)
{
	struct jmespath_node *left;

	if (parse->depth == JMESPATH_NESTING_MAX) {
		parse->rc = ssm_fail(parse->err, SSM_E_INPUT, "RecursionError",
		    "the expression is nested more than %d deep", JMESPATH_NESTING_MAX);
		return NULL;
	}
	parse->depth++;
	left = nud(parse, parse->token++);
	while (left != NULL && binding < jmespath_binding(parse->token->type))
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
	whole = jmespath_parse_expression(&parse, 0);
	if (whole != NULL && parse.token->type != JMESPATH_EOF)
		whole = jmespath_fault_naming(&parse, parse.token, "Unexpected token: ", "");
	*out = whole;
	return parse.rc;
}
