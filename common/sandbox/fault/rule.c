#include "sandbox/fault/rule.h"

#include <stdio.h>

#define MILLIONTHS 10000		/* in one of a hundred */
#define SECONDS_MAX 1000000
#define NUMBER_MAX 1000000000
#define SHOWN_MAX 60

enum { AFTER = 1, EVERY = 2, TIMES = 4, FOR = 8, SEED = 16, WAY = 32, CUT = AFTER | EVERY | TIMES,
	MESSAGE = CUT | FOR | SEED | WAY, REQUEST = AFTER | TIMES | FOR };

enum value { NONE, CODE, STATUS, CHANCE };

static const struct kind {
	const char *name;
	enum value value;
	unsigned usual;			/* value */
	unsigned conditions;		/* that it may have */
} kinds[FAULT_KINDS] = {
	[FAULT_KIND_RST] = { "rst", NONE, 0, CUT },
	[FAULT_KIND_FIN] = { "fin", NONE, 0, CUT },
	[FAULT_KIND_CLOSE] = { "close", CODE, 1000, CUT },
	[FAULT_KIND_SILENCE] = { "silence", NONE, 0, CUT },
	[FAULT_KIND_LOSS] = { "loss", CHANCE, FAULT_ALWAYS, MESSAGE },
	[FAULT_KIND_DUPLICATE] = { "duplicate", CHANCE, FAULT_ALWAYS, MESSAGE },
	[FAULT_KIND_REORDER] = { "reorder", CHANCE, FAULT_ALWAYS, MESSAGE },
	[FAULT_KIND_AWAY] = { "agent-away", NONE, 0, AFTER | FOR },
	[FAULT_KIND_START] = { "refuse-start", STATUS, 500, REQUEST },
	[FAULT_KIND_RESUME] = { "refuse-resume", STATUS, 500, REQUEST },
	[FAULT_KIND_UPGRADE] = { "refuse-upgrade", STATUS, 403, REQUEST },
	[FAULT_KIND_NO_TOKEN] = { "no-token", NONE, 0, REQUEST },
	[FAULT_KIND_EXPIRED_CELL] = { "expired-cell", NONE, 0, REQUEST },
	[FAULT_KIND_ROTATED_KEYS] = { "rotated-keys", NONE, 0, REQUEST },
};

static enum ssm_err
wrong(struct ssm_error *err, const char *what, struct view word, const char *due)
{
	return ssm_fail(err, SSM_E_INPUT, "InvalidFault", "%s '%.*s'%s", what, VIEW_ARG_CUT(word, SHOWN_MAX), due);
}

static bool
read_number(struct view word, unsigned long long max, unsigned *number)
{
	unsigned long long value;

	if (!view_number(word, &value) || value == 0 || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}

static bool
ends_with(struct view *word, const char *unit)
{
	struct view end = view_of(unit);

	if (word->len <= end.len || !view_equal(view_slice(*word, word->len - end.len, word->len), end))
		return false;
	word->len -= end.len;
	return true;
}

/* `300s` or `500ms`. */
static bool
read_time(struct view word, uint64_t *ms)
{
	uint64_t unit = 1;
	unsigned number;

	if (!ends_with(&word, "ms")) {
		unit = 1000;
		if (!ends_with(&word, "s"))
			return false;
	}
	if (!read_number(word, SECONDS_MAX * 1000 / unit, &number))
		return false;
	*ms = number * unit;
	return true;
}

/* `2%`, `0.5%`: to four digits behind the point. */
static bool
read_chance(struct view word, unsigned *chance)
{
	unsigned long long whole, part = 0;
	struct view digits, first;

	if (!ends_with(&word, "%"))
		return false;
	first = view_take(&word, '.');
	digits = word;
	if (!view_number(first, &whole) || whole > 100 || digits.len > 4 ||
	    (digits.len > 0 && !view_number(digits, &part)))
		return false;
	for (size_t i = digits.len; i < 4; i++)
		part *= 10;
	*chance = (unsigned)(whole * MILLIONTHS + part);
	return *chance > 0 && *chance <= FAULT_ALWAYS;
}

/* Codes that a close frame may have (RFC 6455, 7.4). */
static bool
is_close_code(unsigned code)
{
	return code >= 1000 && code <= 4999 && code != 1004 && code != 1005 && code != 1006 && code != 1015;
}

static enum ssm_err
read_value(struct fault_rule *rule, const struct kind *kind, struct view word, bool given, struct ssm_error *err)
{
	rule->value = kind->usual;
	if (!given)
		return SSM_OK;
	switch (kind->value) {
	case NONE:
		break;
	case CODE:
		if (read_number(word, 4999, &rule->value) && is_close_code(rule->value))
			return SSM_OK;
		return wrong(err, "no code of a close frame:", word, "; they are from 1000 to 4999, as 1001");
	case STATUS:
		if (read_number(word, 599, &rule->value) && rule->value >= 400)
			return SSM_OK;
		return wrong(err, "no status of an error:", word, "; they are from 400 to 599");
	case CHANCE:
		if (read_chance(word, &rule->value))
			return SSM_OK;
		return wrong(err, "no chance:", word, "; one is written '2%' or '0.5%', up to '100%'");
	}
	return wrong(err, kind->name, word, ": it takes no value");
}

static bool
read_way(struct view word, enum fault_way *way)
{
	static const char *const ways[] = { [FAULT_BOTH] = "both", [FAULT_IN] = "in", [FAULT_OUT] = "out" };

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (view_is(word, ways[i])) {
			*way = (enum fault_way)i;
			return true;
		}
	return false;
}

static bool
read_seed(struct view word, uint64_t *seed)
{
	unsigned long long value;
	bool right = view_number(word, &value);

	*seed = right ? value : 0;
	return right;
}

static bool
read_for(struct view word, uint64_t *ms)
{
	unsigned seconds;

	if (!read_number(word, SECONDS_MAX, &seconds))
		return read_time(word, ms);
	*ms = seconds * (uint64_t)1000;
	return true;
}

static enum ssm_err
read_condition(struct fault_rule *rule, const struct kind *kind, struct view text, unsigned *seen,
    struct ssm_error *err)
{
	static const char *const names[] = { "after", "every", "times", "for", "seed", "way" };
	struct view value = text, name = view_take(&value, '=');
	unsigned i = 0, bit;
	bool right = false;

	while (i < ARRAY_LEN(names) && !view_is(name, names[i]))
		i++;
	if (i == ARRAY_LEN(names))
		return wrong(err, "unknown condition", name, "; there are after, every, times, for, seed and way");
	bit = 1U << i;
	if (!(kind->conditions & bit))
		return wrong(err, kind->name, name, ": it has no such condition");
	if (*seen & bit)
		return wrong(err, "condition", name, " is given twice");
	*seen |= bit;
	switch (bit) {
	case AFTER: right = read_number(value, NUMBER_MAX, &rule->after) || read_time(value, &rule->after_ms); break;
	case EVERY:
		right = read_number(value, NUMBER_MAX, &rule->every) ||
		    (kind->conditions == CUT && read_time(value, &rule->every_ms));
		break;
	case TIMES: right = read_number(value, NUMBER_MAX, &rule->times); break;
	case FOR: right = read_for(value, &rule->for_ms); break;
	case SEED: right = read_seed(value, &rule->seed); break;
	case WAY: right = read_way(value, &rule->way); break;
	}
	return right ? SSM_OK : wrong(err, names[i], value, ": it takes a number from 1, a time as '5s' or '500ms', or, "
	    "for 'way', in, out or both");
}

static enum ssm_err
find_kind(struct fault_rule *rule, struct view name, struct ssm_error *err)
{
	struct bytes all = BYTES_INIT(512);
	size_t i = 0;

	while (i < FAULT_KINDS && !view_is(name, kinds[i].name))
		i++;
	if (i < FAULT_KINDS) {
		rule->kind = (enum fault_kind)i;
		return SSM_OK;
	}
	for (i = 0; i < FAULT_KINDS; i++)
		bytes_print(&all, "%s%s", i == 0 ? "; there are " : ", ", kinds[i].name);
	wrong(err, "unknown fault", name, bytes_cstr(&all) != NULL ? all.ptr : "");
	bytes_clear(&all);
	return SSM_E_INPUT;
}

enum ssm_err
fault_rule_read(struct fault_rule *rule, struct view text, struct ssm_error *err)
{
	struct view rest = text, name = view_take(&rest, ':'), value = name, word;
	bool given = view_find(name, '=') < name.len;
	const struct kind *kind;
	unsigned seen = 0;
	enum ssm_err rc;

	*rule = (struct fault_rule){ .kind = FAULT_KINDS };
	if (text.len > FAULT_RULE_MAX || (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL))
		return wrong(err, "fault", text, " is longer than any can be");
	snprintf(rule->text, sizeof rule->text, "%.*s", VIEW_ARG(text));
	word = view_take(&value, '=');
	if ((rc = find_kind(rule, word, err)) != SSM_OK)
		return rc;
	kind = &kinds[rule->kind];
	rc = read_value(rule, kind, value, given, err);
	if (rc == SSM_OK && text.ptr[text.len - 1] == ':')
		return wrong(err, "no condition behind the last colon of", text, "");
	while (rc == SSM_OK && rest.len > 0)
		rc = read_condition(rule, kind, view_take(&rest, ':'), &seen, err);
	return rc;
}

bool
fault_rule_cuts(const struct fault_rule *rule)
{
	return rule->kind <= FAULT_KIND_SILENCE;
}
