"""JMESPath against python-jmespath: the same results, spelled the same, and the same errors.

Expressions on documents go through jmespath_probe (looked for in BUILD_DIR/tests), most of them made by
chance. SEED=N repeats a run, CASES=N sets how many are made.
"""
import json
import os
import random
import re
import subprocess
import sys

import tap

try:
    import jmespath
    from jmespath.parser import Parser
except ImportError:
    tap.skip_all("python3 has no jmespath")

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
PROBE = os.path.join(BUILD_DIR, "tests", "jmespath", "jmespath_probe")
BAD = (jmespath.exceptions.JMESPathError, TypeError, ValueError, OverflowError)

PEOPLE = {"people": [{"name": "b", "age": 30, "tags": ["x", "y"]}, {"name": "a", "age": 50, "tags": []},
                     {"name": "c", "age": 40.5}, {"name": "b", "age": None}],
          "ops": {"f1": {"n": 1}, "f2": {"n": 2}, "f3": {"x": 3}}, "strings": ["b", "a", "é", "a", "\U0001F600"],
          "numbers": [3, 1.5, -2, 1, 1.0, 12345678901234567890], "nested": [[1, [2]], [3], 4, [[5]]],
          "empty": {"array": [], "object": {}, "string": ""}, "yes": True, "no": False, "none": None,
          "one": 1, "zero": 0, "float": 1.0, "text": "h\u00e9llo", "a-b": "dash", "mixed": [1, "a", None, True]}

# What each function, form and error is for: on PEOPLE.
NAMED = """
people|people[0]|people[-1]|people[9]|people[-9]|people[*].name|people[].tags[]|people[].tags|people[*].tags[0]
ops.*|ops.*.n|ops.*.[n]|ops.*.{n: n}|*|*.n|"a-b"|"a-b".x|text.x|none.x|one[0]|text[0]|people.name|nothing
numbers[1:3]|numbers[:2]|numbers[-2:]|numbers[::-1]|numbers[::2]|numbers[4:1:-2]|numbers[-100:100]|numbers[5:0]
numbers[::0]|numbers[1:2:3:4]|numbers[:]|numbers[::]|numbers[99999999999999999999]|numbers[:99999999999999999999]
numbers[-99999999999999999999::99999999999999999999]|text[1:2]|ops[1:2]|nested[0][1:]|nested[1:][0]|nested[0][0:2].x
nested[]|nested[][]|nested[*][]|nested[][*]|nested[].x|[]|[0]|[*]|nested[*][0]|people[:2].name|[0][1:2]
people[?age > `35`].name|people[?age >= `30`]|people[?name == 'b']|people[?name != 'b'].name|people[?tags].name
people[?age < `40` \\|\\| name == 'c'].name|people[?age && name == 'b'].age|people[?!tags].name|people[?!(age)].name
people[?age == `null`]|people[?contains(tags, 'x')]|people[?name > 'a'].name|people[?age > 'a']|ops[?n]|[?n]
people[?tags[?@ == 'x']].name|people[?name=='b'][].tags|people[?name=='b'].tags[]|people[?name=='b'] \\| [0]
people[*] \\| [0].name|people[].name \\| [-1]|people \\| length(@)|@|@.one|@ \\| one|one \\| two|`1` \\| @
yes \\|\\| no|no \\|\\| none|none \\|\\| one|empty.array \\|\\| one|empty.object && one|empty.string && one|zero \\|\\| one|zero && one
!yes|!no|!none|!zero|!one|!empty.array|!text|!(!yes)|!&one|yes && no \\|\\| one|none && one \\|\\| 'x'
one == `1`|one == `1.0`|one == float|one == yes|zero == no|yes == one|`[1]` == `[true]`|`{"a":1}` == `{"a":true}`
`{"a":1,"b":2}` == `{"b":2,"a":1}`|`{"a":1}` == `{"b":1}`|`[1,2]` == `[2,1]`|`2` == yes|none == `null`|none == no
one < `2`|one <= `1`|one > `1`|one >= `1`|one < none|'a' < 'b'|'a' < `1`|`1` >= 'a'|yes < no|one != `2`|one != yes
`12345678901234567890` > `12345678901234567889`|`9007199254740993` == `9007199254740992.0`|`1e400` > `1`|`1` < `-1e400`
`12345678901234567890` == numbers[5]|`-5` < `-4`|`-5` > `-40`|`2.5` > `2`|`-2.5` < `-2`|`2` < `2.5`|`NaN` == `NaN`
`[NaN]` == `[NaN]`|`-0` == `0.0`|`0.5` > `0`|`NaN` < `1`|`100000000000000000000.5` > `100000000000000000000`
[one, two]|[one, [zero, text]]|{a: one, b: zero}|{a: one, "b c": {d: text}}|{a: one, a: zero}|none.[a]|none.{a: b}
people[*].[name, age]|people[*].{n: name, a: age}|people[*].[name][]|ops.[f1.n, f2.n]|text.[@]|text.{a: @}
{a: one b: zero}|{a: one,}|{a one}|{}|{"a": }|{`a`: b}|[one,]|[one two]|[,]|[one|{a: one|{a|{|{a:
'raw'|'it\\'s'|'back\\\\slash'|'a\\nb'|''|'\\\\'|'open|'open\\'|"open|`open|"q\\u00e9"|"\\x"|"\\u12"|"\\u12zz"|"a\tb"
`"s"`|`s`|`  s`|`s t`|`{"a": [1, 2.50, -0, 1e3, null]}`|`[1`|`"a`|`a"b`|`a\\`b`|`01`|`1.`|`1 2`|` 1 `|``|` `|`true`|`nul`
`-`|`NaN`|`-Infinity`|`[Infinity]`|`"\\u00e9\\ud83d\\ude00"`|`NaN0`|`"NaN"`|`xNaN`|`\\n`|`1e400`|`-1E-400`
`12345678901234567890.0`|`123456789012345678901234567890`|`1e22`|`1e16`|`0.0001`|`0.00001`|`5e-324`|`\ufeff1`|`\u3000 s`
abs(`-1`)|abs(`-1.5`)|abs(`-12345678901234567890`)|abs(`1`)|abs('a')|abs(none)|abs()|abs(one, one)|abs(`-0.0`)|abs(&a)
avg(`[1, 2]`)|avg(`[]`)|avg(`[1, 2.5]`)|avg(mixed)|avg(strings)|avg(none)|avg(numbers)|avg(`[[]]`)|avg(`[{}]`)|avg(`[1.0, null]`)
ceil(`1.5`)|ceil(`-1.5`)|ceil(`2`)|ceil(`1e300`)|ceil(`1e400`)|ceil(`NaN`)|ceil('1')|ceil(`-0.5`)|ceil(`0.0`)
floor(`1.5`)|floor(`-1.5`)|floor(`2`)|floor(`9007199254740993.0`)|floor(`-1e400`)|floor(yes)|floor(`-0.5`)|floor(`-0.0`)
contains(strings, 'a')|contains(text, 'll')|contains(text, '')|contains(text, one)|contains(text, none)|contains(text, ops)
contains(mixed, `1`)|contains(mixed, yes)|contains(`[true]`, `1`)|contains(one, one)|contains(ops, 'f1')|contains(text, &a)
contains(`[NaN]`, `NaN`)|contains(`[[1]]`, `[true]`)|contains(mixed, none)|contains(`[]`, none)|contains(text, `[]`)
ends_with(text, 'lo')|ends_with(text, 'x')|ends_with(text, '')|ends_with('', 'x')|ends_with(one, 'x')|ends_with('x', one)
starts_with(text, 'h')|starts_with(text, 'x')|starts_with(text, none)|starts_with(text)|starts_with(text, 'h', 'x')
join(', ', strings)|join('', `[]`)|join('x', `["a"]`)|join('x', mixed)|join('x', one)|join(one, strings)|join('é', strings)
keys(ops)|keys(empty.object)|keys(people)|keys(none)|values(ops)|values(empty.object)|values(strings)|values('x')
length(text)|length(strings)|length(ops)|length(one)|length(none)|length(empty.string)|length(yes)|length(&a)|length('\U0001F600')
map(&name, people)|map(&age, people)|map(&x, `[]`)|map(&x, none)|map(name, people)|map(people, &name)|map(&length(@), people)
max(numbers)|max(strings)|max(`[]`)|max(mixed)|max(`[true]`)|max(`["a", 1]`)|max(`[1, "a"]`)|max(one)|max(`[1, 1.0]`)|max(`[1.0, 1]`)
min(numbers)|min(strings)|min(`[]`)|min(mixed)|min(`[null]`)|min(`[2.5, 2]`)|min(`[{}]`)|min(`[[1]]`)
max_by(people[:3], &age)|max_by(people, &age)|max_by(people, &name)|max_by(people, &tags)|max_by(`[]`, &x)|max_by(one, &x)
min_by(people[:3], &age)|min_by(people, &age).name|min_by(people, &name).age|min_by(mixed, &@)|min_by(people, name)
min_by(`[{"k":1},{"k":"a"}]`, &k)|max_by(`[{"k":1},{"k":"a"}]`, &k)|max_by(`["a",1.5]`, &@)|min_by(`[true]`, &@)
merge(ops, `{"f1":1,"z":2}`)|merge(`{"a":1}`)|merge()|merge(ops, one)|merge(one)|merge(ops, none)|merge(ops, yes)|merge(ops, &a)|merge(ops, text)|merge(ops, '')|merge(ops, `[]`)|merge(`{"a":1,"b":2}`, `{"b":3,"a":4}`)
not_null(none, one)|not_null(none)|not_null()|not_null(nothing, none, no)|not_null(&a)
reverse(strings)|reverse(text)|reverse('')|reverse(`[]`)|reverse(one)|reverse(ops)|reverse('a\u0301\U0001F600')
sort(numbers)|sort(strings)|sort(`[]`)|sort(mixed)|sort(`["a", 1]`)|sort(`[1, "a"]`)|sort(`[null]`)|sort(one)|sort(`[1.0, 1, 0]`)
sort_by(people[:3], &age)[].name|sort_by(people, &name)[].age|sort_by(people, &age)|sort_by(people, &tags)|sort_by(`[]`, &x)
sort_by(mixed, &@)|sort_by(`[{"k":1},{"k":"a"}]`, &k)|sort_by(`[{"k":"a"},{"k":1}]`, &k)|sort_by(`[1]`, x)|sort_by(one, &x)
sort_by(`[{"k":[]}]`, &k)|sort_by(`[true]`, &@)|sort_by(people, &length(tags))
sum(numbers)|sum(`[]`)|sum(`[1, 2]`)|sum(`[1.5, 2]`)|sum(`[2, 1.5]`)|sum(strings)|sum(one)|sum(`[true]`)|sum(`[1, null]`)
sum(`[99999999999999999999, 1]`)|sum(`[-99999999999999999999, 99999999999999999999]`)|sum(`[9223372036854775807, 1]`)
sum(`[999999999999999999, 999999999999999999, 999999999999999999, 999999999999999999, 999999999999999999, 999999999999999999,
999999999999999999, 999999999999999999, 999999999999999999, 999999999999999999]`)|sum(`[-100000000000000000000, 1]`)
sum(`[1, -100000000000000000000]`)|sum(`[99999999999999999999, 0.5]`)|avg(`[99999999999999999999, 1]`)|sum(`[1e400, -1e400]`)
to_array(one)|to_array(strings)|to_array(none)|to_array(ops)|to_array()|to_string(one)|to_string('x')|to_string(ops)|to_string(none)
to_string(`1e400`)|to_string(`[1.0, "\u00e9", {"a": null}]`)|to_string(`"\\u007f\u2028\\u0001/"`)|to_string(&a)|to_string(yes)
to_number('1')|to_number('1.50')|to_number(' 12 ')|to_number('1_000')|to_number('1__0')|to_number('_1')|to_number('1_')|to_number('+7')
to_number('-007')|to_number('-0')|to_number('0x1F')|to_number('1e3')|to_number('.5')|to_number('5.')|to_number('.')|to_number('')
to_number('inf')|to_number('-Infinity')|to_number('nan')|to_number('1e')|to_number('1e+05')|to_number('1_0.0_1e1_0')|to_number('1._5')
to_number('99999999999999999999999')|to_number(one)|to_number(float)|to_number(none)|to_number(yes)|to_number(strings)|to_number(ops)
to_number('\u2003 1\u3000')|to_number('1 2')|to_number('--1')|to_number('+-1')|to_number('1-')|to_number('infinit')|to_number('\\t1')
type(one)|type(float)|type(text)|type(yes)|type(none)|type(strings)|type(ops)|type(&a)|type()|type(one, one)
nofunc()|nofunc(abs('a'))|one.nofunc(@)|length(nofunc(@))|foo.bar()|"length"(text)|("length")(text)|(length)(text)|length (text)
one(text)|people[0](x)|@(x)|'a'(x)|`1`(x)|&a(x)|(a.b)(x)|length(text|length(text,|length(|length(text text)|length(text,)|length(,)
length[0](x)|a.b(c)|abs(`1`).x|to_array(one)[0]|to_array(strings)[]|keys(ops)[0]|people[?length(name) == `1`] \\| [0].name
a..b|a.|.a|.|a.[|a.{|a.1|a.`1`|a.'x'|a."b"|a.*.|a.*b|a.@|a.(b)|a.!b|a b|a 'b'|a `1`|a `[1, "x"]`|a `{"a": 1.50}`|a 1|a -007|a "b"
*|**|*.*|*[0]|*[*]|*.a.*|[*|[*]a|[*][*]|[*].*|[*]*|[a|[0|[0]0|[0 1]|[:|[:a]|[1:a]|[1 2:3]|[:1 2]|[::|[1:2:|[-]|[0:1:2:3]|[:::]
a[|a[0|a[b]|a['b']|a[b|a[?|a[?b|a[?b]|a[?b]c|a[?]|a[*|a[*]|a[*b]|a[]b|a[][|a[] []|a[0][0]|a[0].b[0]|a [0]|a[ 0 ]|a[* ]|a[ ]
(a|(a)|()|)|(a))|((a))|(a b)|a \\|\\||a \\|\\| \\|\\| b|a \\|||a &&|a & b|&|&a|&&a|a && && b|!|!!a|a!|a!=|a = b|a=|=|==|a == |a === b|a <|< a
a<b<c|a==b==c|a < b == c|!a == b|!a.b|!a[0]|!a \\|\\| b|a.b \\| c.d|a \\| b \\|\\| c \\| d|(a \\|\\| b) && c|a.(b \\|\\| c)
-|--1|-a|- 1|1|1a|-1|007|a#b|#|é|a.é|"é"|\u00a0|a\u00a0b|\U0001F600#|é#|'é' #|"é" .. b|'é' \\|\\||`é` #|$|a$|a%|^|~|;|\\|?|/|a\\nb|a\\n..b
@.people[0]|@[0]|@.@|@@|@ @|people[*].@|people[?@.age]|&@|[@]|{a:@}|@.*|*.@|&people[0] \\| @|[&a]|{a: &b}|[&a] == [&a]|people[&a]
not_null(people[?age > `100`] \\| [0].name, 'none')|people[*].name \\| sort(@) \\| join(',', @)|ops.* \\| [].n \\| sum(@)
length(people[?age > `35`])|people[].{n: name, k: keys(@)}|sort_by(people[?age], &age)[-1].name|people[0].[name, tags[]]
people[*].tags[*]|people[*].tags[]|people[].tags[1:]|people[*][name, age]|people[0]name|people[*]name|people.*.name|[people, ops][0]
"people"[0]."name"|"people".*|"peo\\u0070le"[0].name|" "|"\\""|"\\\\"|"\\n"|"/"|"\\/"|"\ud7ff"|"\U0001F600"|""|"a" "b"|"a" b
"""
EMPTY = ["", " ", "\t\n\r ", "\n", "a\n#", "a\n\n..b", "\x0b"]
OTHER_DOCUMENTS = [("@", text) for text in (
    "1", "1.0", "-0", "-0.0", "1e5", "1E-7", "12345678901234567890", "1" * 400, "1.50", "0.1", "123456.789e3", "true",
    "null", '""', '"a\\u00e9\\ud83d\\ude00\\n"', "[]", "{}", '[[],{},[{}]]', '{"b":1,"a":{"d":2,"c":3}}', " [ 1 , 2 ] ",
    '{"x":{"a":1,"b":2,"a":3}}', '{"x":{%s}}' % ",".join(f'"k{i % 20}":{i}' for i in range(50)))]


def named_cases():
    for entry in re.split(r"(?<!\\)\||\n", NAMED.replace(",\n", ", ").strip("\n")):
        expression = entry.replace("\\|", "|").replace("\\n", "\n") if "`" not in entry and '"' not in entry \
            else entry.replace("\\|", "|")
        yield expression, json.dumps(PEOPLE)
    for expression in EMPTY:
        yield expression, "{}"
    yield from OTHER_DOCUMENTS


def plain_sum(numbers):
    """sum() as before Python 3.12, which makes up for what floats lose, and with ints of 53 bits."""
    total = 0
    for number in numbers:
        whole = isinstance(total, int) and isinstance(number, int) and all(
            -2**53 < result < 2**53 for result in (number, total + number))
        total = total + number if whole else float(total) + float(number)
    return total


def strict_loads(text):
    """json.loads() without what only Python takes: a literal NaN is then the string, as NaN0 is."""
    def refuse(_):
        raise ValueError("no JSON")
    return json.loads(text, parse_constant=refuse)


def check_all(self, actual, signature, function):
    """The types of all arguments of a function that takes any number: python-jmespath looks at the first."""
    if signature and signature[-1].get("variadic"):
        signature = list(signature) * len(actual)
    return check_type(self, actual, signature, function)


jmespath.functions.sum = plain_sum
check_type = jmespath.functions.Functions._type_check
jmespath.functions.Functions._type_check = check_all
jmespath.lexer.loads = strict_loads


class Maker:
    """Expressions that are mostly sound, on documents that mostly have what they ask for."""
    NAMES = ["a", "b", "c", "foo", "bar_1", '"a"', '"b c"', '"\\u00e9"']
    FUNCTIONS = ("abs avg ceil contains ends_with floor join keys length map max max_by merge min min_by not_null"
                 " reverse sort sort_by starts_with sum to_array to_number to_string type values nofunc").split()
    BINARY = {"contains", "ends_with", "join", "starts_with"}
    PLAIN = ["a", "b", "c", "foo", "bar_1", "b c", "\u00e9"]
    SCALARS = [None, True, False, 0, 1, 2, -1, 7, 1.0, 0.5, -2.25, 10 ** 20, -10 ** 20, 2 ** 53 + 1, 2.0 ** 53, 1e300,
               "", "a", "b", "ab", "\u00e9", "\U0001F600x", "a'b", 'a"b', "1", "1.5", "x\ny", "\u200b", "\x7f"]

    def __init__(self, rng):
        self.rng = rng

    def scalar(self):
        return self.rng.choice(self.SCALARS)

    def value(self, depth=3):
        kind = self.rng.random()
        if depth == 0 or kind < 0.3:
            return self.scalar()
        if kind < 0.65:
            return {name: self.value(depth - 1) for name in
                    self.rng.sample(self.PLAIN, self.rng.randint(0, 5))}
        if kind < 0.8:
            alike = self.rng.choice([(int, float), (str,), (dict,)])
            if alike == (dict,):
                return [{name: self.scalar() for name in self.rng.sample(self.PLAIN, 3)} for _ in range(3)]
            return [value for value in (self.scalar() for _ in range(12)) if type(value) in alike]
        return [self.value(depth - 1) for _ in range(self.rng.randint(0, 5))]

    def literal(self):
        text = json.dumps(self.value(1), ensure_ascii=self.rng.random() < 0.5)
        return self.rng.choice(["`%s`" % text.replace("`", "\\`"), "'%s'" % self.rng.choice(["a", "b", "ab", "\u00e9", ""])])

    def number(self):
        return str(self.rng.choice([0, 1, 2, -1, -2, 5, -7]))

    def slice(self):
        return ":".join(self.rng.choice(["", self.number()]) for _ in range(self.rng.randint(2, 3)))

    def call(self, depth):
        name = self.rng.choice(self.FUNCTIONS)
        if name.endswith("_by"):
            arguments = [self.expression(depth), "&" + self.expression(depth)]
        elif name == "map":
            arguments = ["&" + self.expression(depth), self.expression(depth)]
        else:
            arguments = [self.expression(depth) for _ in range(2 if name in self.BINARY else 1)]
        if self.rng.random() < 0.05:
            arguments.append(self.expression(0))
        return f"{name}({', '.join(arguments)})"

    def expression(self, depth=3):
        if depth <= 0:
            return self.rng.choice([self.rng.choice(self.NAMES), self.rng.choice(self.NAMES), "@", "*", self.literal()])
        sub = lambda: self.expression(depth - self.rng.randint(1, 2))
        return self.rng.choice([
            lambda: self.rng.choice(self.NAMES),
            lambda: f"{sub()}.{self.rng.choice(self.NAMES)}",
            lambda: f"{sub()}.{sub()}",
            lambda: f"{sub()}[{self.number()}]",
            lambda: f"{sub()}[{self.slice()}]",
            lambda: f"{sub()}[*]{self.rng.choice(['', '.' + self.rng.choice(self.NAMES), '[0]', '[]'])}",
            lambda: f"{sub()}.*",
            lambda: f"{sub()}[]",
            lambda: f"{sub()}[?{sub()}]{self.rng.choice(['', '.' + self.rng.choice(self.NAMES), '[]'])}",
            lambda: f"{sub()} {self.rng.choice(['==', '!=', '<', '<=', '>', '>='])} {sub()}",
            lambda: f"{sub()} {self.rng.choice(['||', '&&', '|'])} {sub()}",
            lambda: f"!{sub()}", lambda: f"({sub()})",
            lambda: f"[{', '.join(sub() for _ in range(self.rng.randint(1, 3)))}]",
            lambda: "{%s}" % ", ".join(f"{self.rng.choice(self.NAMES)}: {sub()}" for _ in range(self.rng.randint(1, 3))),
            lambda: self.call(depth - 1), lambda: self.call(depth - 1), self.literal,
        ])()

    def broken(self, text):
        """The expression with a few characters gone, doubled, moved or replaced."""
        for _ in range(self.rng.randint(1, 2)):
            at = self.rng.randrange(len(text))
            what = self.rng.random()
            if what < 0.35 and len(text) > 1:
                text = text[:at] + text[at + 1:]
            elif what < 0.75:
                text = text[:at] + self.rng.choice("[](){}.,:*?|&!<>=@`'\"\\-019 a\u00e9#") + text[at:]
            else:
                text = text[:at] + text[at] + text[at:]
        return text

    def case(self):
        expression = self.expression(self.rng.randint(1, 4))
        if self.rng.random() < 0.25 and "\\ud8" not in expression:
            broken = self.broken(expression)    # but no surrogate pair
            expression = expression if "\\u0000" in broken else broken
        return expression, json.dumps(self.value(4), ensure_ascii=self.rng.random() < 0.5)


def shown(value):
    return json.dumps(value, separators=(",", ":"), default=lambda _: "<expression>")


def cut(text):
    """As jmespath_probe shows a value that is long: 900 bytes of it."""
    data = text.encode()
    return text if len(data) <= 900 else data[:900].decode(errors="ignore") + "..."


def nameless(text):
    """An expression reference without its address."""
    return re.sub(r"<jmespath\.visitor\._Expression object at 0x[0-9a-f]+>", "<expression>", text)


def expected_of(expression, document):
    Parser.purge()
    try:
        return nameless(shown(jmespath.compile(expression).search(json.loads(document))))
    except BAD as error:
        if isinstance(error, jmespath.exceptions.JMESPathTypeError):
            error.current_value = cut(nameless(str(error.current_value)))
        return f"!{type(error).__name__} {json.dumps(nameless(str(error)))}"


def ask(cases, *arguments):
    """What the probe says of each; the sum of lines tells a crash."""
    lines = "".join(f"{json.dumps(expression)}\t{document}\n" for expression, document in cases)
    run = subprocess.run([PROBE, *arguments], input=lines.encode(), stdout=subprocess.PIPE, check=False)
    return run.stdout.decode().split("\n")[:-1], run.returncode


def compare(cases, title):
    got, code = ask(cases)
    tap.is_equal((len(got), code), (len(cases), 0), f"{title}: the probe lives")
    wrong = []
    for (expression, document), have in zip(cases, got):
        want = expected_of(expression, document)
        if want != have:
            wrong.append(f"{expression!r}\n  on       {document[:300]}\n  expected {want}\n  got      {have}")
    tap.ok(not wrong, f"{title}: as python-jmespath says", f"{len(wrong)} differ", *wrong[:5])


def test_generated(rng, count):
    make = Maker(rng)
    cases = [make.case() for _ in range(count)]
    kinds = {}
    for case in cases:
        kind = expected_of(*case)
        kind = kind.split(" ")[0] if kind.startswith("!") else "null" if kind == "null" else "found"
        kinds[kind] = kinds.get(kind, 0) + 1
    print("# " + ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())))
    tap.ok(kinds.get("found", 0) * 5 > count and len(kinds) >= min(8, count // 100),
           "made by chance: enough is found, and most errors come up", kinds)
    for first in range(0, count, 1000):
        compare(cases[first:first + 1000], f"made by chance, {first + 1} to {min(first + 1000, count)}")


def test_limits():
    deep = 390
    for title, expression in (("parentheses", "(" * deep + "a" + ")" * deep), ("nots", "!" * deep + "a"),
                              ("lists", "[" * deep + "a" + "]" * deep), ("pipes", "a|" * deep + "a")):
        got, code = ask([(expression, "{}")])
        tap.ok(len(got) == 1 and not got[0].startswith("!") and code == 0, f"{deep} {title} are taken", got)
    for title, expression in (("parentheses", "(" * 60000), ("nots", "!" * 60000), ("lists", "[" * 60000 + "a"),
                              ("pipes", "a|" * 30000 + "a"), ("filters", "a[?" * 20000), ("calls", "a(" * 30000),
                              ("references", "&" + " &" * 30000), ("hashes", "{a:" * 20000)):
        got, code = ask([(expression, "{}")])
        tap.ok(len(got) == 1 and code == 0 and got[0].startswith('!RecursionError "the expression is nested more than 400'),
               f"too many {title}", got, code)
    limits = [
        ("a" * 65537, "{}", "!MemoryError \"the expression has more than 65536 bytes\""),
        (" | ".join(["[@,@]"] * 60), "1", "!MemoryError \"the query's result is larger than 33554432 bytes\""),
        (".".join(["[@]"] * 600), "1", "!RecursionError \"the query's result is nested more than 512 deep\""),
        (" | ".join(["[@,@][]"] * 40), "[1]", "!MemoryError \"the query needs more than 268435456 bytes of memory\""),
        (" | ".join(["[@,@] | join('', @)"] * 60), '"xxxx"',
         "!MemoryError \"the query needs more than 268435456 bytes of memory\""),
        (" | ".join(["[@,@]"] * 60) + " | to_string(@)", "1",
         "!MemoryError \"the query needs more than 268435456 bytes of memory\""),
        ("(%s) == (%s)" % ((" | ".join(["[@,@]"] * 60),) * 2), "1",
         "!MemoryError \"the query takes more than 100000000 steps\""),
    ]
    for expression, document, want in limits:
        got, code = ask([(expression, document)])
        tap.is_equal((got, code), ([want], 0), f"a limit: {want}")
    got, _ = ask([('`"\\ud800"`', "1"), ('"\\ud800"', "1"), ('`"\\u0000"`', "1")])
    tap.ok(all(answer.startswith("!LexerError ") for answer in got), "what no document can have in an expression", got)


def test_shown():
    secret = "CANARY0SECRET0"
    document = json.dumps({"t": secret, "l": [secret], "o": {"k": secret}})
    expressions = ["sum(t)", "abs(l)", "join('', o)", "sum(l)", "sort_by(l, &abs(@))", "max_by(l, &[@])", "ceil(reverse(t))"]
    plain, _ = ask([(expression, document) for expression in expressions])
    tap.ok(all(secret in answer or secret[::-1] in answer for answer in plain), "an error shows the value", plain)
    hidden, _ = ask([(expression, document) for expression in expressions], "secret")
    tap.ok(all(answer.startswith("!JMESPathTypeError") and "***" in answer and "SECRET" not in answer
               and "TERCES" not in answer for answer in hidden), "but not when it is a secret", hidden)
    got, _ = ask([("sum(@)", json.dumps("x" * 5000)), ("sum(@)", json.dumps(["\u00e9" * 5000]))])
    tap.ok(all("..., expected one of: ['array-number'], received: " in answer for answer in got),
           "a long value is cut, what follows is not", got)


def main():
    sys.set_int_max_str_digits(0)
    seed = int(os.environ.get("SEED") or 20126)
    print(f"# seed {seed}, python-jmespath {jmespath.__version__}")
    cases = list(named_cases())
    for first in range(0, len(cases), 50):
        compare(cases[first:first + 50], f"named, {first + 1} to {min(first + 50, len(cases))}")
    test_generated(random.Random(seed), int(os.environ.get("CASES") or 6000))
    test_limits()
    test_shown()
    tap.done()


main()
