#include "sandbox/fault/rule.h"

#include <stdio.h>

#define MILLIONTHS 10000		/* in one of a hundred */
#define SECONDS_MAX 1000000
#define NUMBER_MAX 1000000000
#define SHOWN_MAX 60

enum { AFTER = 1, EVERY = 2, TIMES = 4, FOR = 8, SEED = 16, WAY = 32, DELAY = 64, RATE = 128, SESSION = 256,
	CUT = AFTER | EVERY | TIMES | SESSION, MESSAGE = CUT | FOR | SEED | WAY,
	SLOW = CUT | FOR | WAY | DELAY | RATE, START = AFTER | TIMES | FOR, REQUEST = START | SESSION };

/* Each is the bit of its place. */
static const struct {
	const char *name, *takes;
} conditions[] = {
	{ "after", "a number from 1, or a time as '5s' or '500ms'" },
	{ "every", "a number from 1, or, if connections are to end, a time as '5s' or '500ms'" },
	{ "times", "a number from 1" },
	{ "for", "seconds, or a time as '5s' or '500ms'" },
	{ "seed", "a number" },
	{ "way", "in, out or both" },
	{ "delay", "a time as '5s' or '500ms'" },
	{ "rate", "bytes a second, a number from 1" },
	{ "session", "a SessionId, the beginning of some with '*' behind it, or a number from 1" },
};

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
	[FAULT_KIND_SLOW] = { "slow", NONE, FAULT_ALWAYS, SLOW },
	[FAULT_KIND_AWAY] = { "agent-away", NONE, 0, AFTER | FOR },
	[FAULT_KIND_START] = { "refuse-start", STATUS, 500, START },
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

/* What an id may have, and no more: it is told in JSON, and in lines of a log. */
static bool
read_session(struct view word, struct fault_rule *rule)
{
	unsigned long long number;

	if (view_number(word, &number))
		return read_number(word, NUMBER_MAX, &rule->nth);
	if (word.len == 0 || word.len > FAULT_SESSION_MAX || view_is(word, "*"))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] <= ' ' || word.ptr[i] > '~' || (word.ptr[i] == '*' && i + 1 < word.len))
			return false;
	memcpy(rule->session, word.ptr, word.len);
	return true;
}

static bool
read_condition_value(struct fault_rule *rule, const struct kind *kind, unsigned bit, struct view value)
{
	switch (bit) {
	case AFTER: return read_number(value, NUMBER_MAX, &rule->after) || read_time(value, &rule->after_ms);
	case EVERY:
		return read_number(value, NUMBER_MAX, &rule->every) ||
		    (kind->conditions == CUT && read_time(value, &rule->every_ms));
	case TIMES: return read_number(value, NUMBER_MAX, &rule->times);
	case FOR: return read_for(value, &rule->for_ms);
	case SEED: return read_seed(value, &rule->seed);
	case WAY: return read_way(value, &rule->way);
	case DELAY: return read_time(value, &rule->delay_ms);
	case RATE: return read_number(value, NUMBER_MAX, &rule->rate);
	default: return read_session(value, rule);
	}
}

static enum ssm_err
unknown_condition(struct view name, struct ssm_error *err)
{
	struct bytes all = BYTES_INIT(256);

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		bytes_print(&all, "%s%s", i == 0 ? "; there are " : ", ", conditions[i].name);
	wrong(err, "unknown condition", name, bytes_cstr(&all) != NULL ? all.ptr : "");
	bytes_clear(&all);
	return SSM_E_INPUT;
}

static enum ssm_err
read_condition(struct fault_rule *rule, const struct kind *kind, struct view text, unsigned *seen,
    struct ssm_error *err)
{
	struct view value = text, name = view_take(&value, '=');
	unsigned i = 0;

	while (i < ARRAY_LEN(conditions) && !view_is(name, conditions[i].name))
		i++;
	if (i == ARRAY_LEN(conditions))
		return unknown_condition(name, err);
	if (!(kind->conditions & 1U << i))
		return wrong(err, kind->name, name, ": it has no such condition");
	if (*seen & 1U << i)
		return wrong(err, "condition", name, " is given twice");
	*seen |= 1U << i;
	if (read_condition_value(rule, kind, 1U << i, value))
		return SSM_OK;
	return ssm_fail(err, SSM_E_INPUT, "InvalidFault", "%s '%.*s': it takes %s", conditions[i].name,
	    VIEW_ARG_CUT(value, SHOWN_MAX), conditions[i].takes);
}

static enum ssm_err
read_conditions(struct fault_rule *rule, const struct kind *kind, struct view rest, struct ssm_error *err)
{
	enum ssm_err rc = SSM_OK;
	unsigned seen = 0;

	while (rc == SSM_OK && rest.len > 0)
		rc = read_condition(rule, kind, view_take(&rest, ':'), &seen, err);
	if (rc == SSM_OK && kind->conditions == SLOW && !(seen & (DELAY | RATE)))
		rc = wrong(err, "fault", view_of(rule->text), " needs delay=TIME, rate=BYTES a second, or both");
	return rc;
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
	return rc == SSM_OK ? read_conditions(rule, kind, rest, err) : rc;
}

bool
fault_rule_cuts(const struct fault_rule *rule)
{
	return rule->kind <= FAULT_KIND_SILENCE;
}
