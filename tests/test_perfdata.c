/* perfdata: label=value[unit];warning;critical;minimum;maximum. */
#include "perfdata.h"

#include "tap.h"

static void
is_written(const struct perfdata *data, const char *expected, const char *title)
{
	struct bytes out = BYTES_INIT(1024);

	perfdata_add(&out, data);
	is_view(bytes_view(&out), view_of(expected), "%s", title);
	bytes_clear(&out);
}

int
main(void)
{
	struct bytes out = BYTES_INIT(1024);

	is_written(&(struct perfdata){ .label = "time", .value = "0.12", .unit = "s", .warning = "1",
	    .critical = "~:5", .minimum = "0", .maximum = "9" }, "time=0.12s;1;~:5;0;9", "all of it");
	is_written(&(struct perfdata){ .label = "ok", .value = "3", .unit = "" }, "ok=3",
	    "what is not there is left off");
	is_written(&(struct perfdata){ .label = "ok", .value = "3", .unit = "", .critical = "", .minimum = "0" },
	    "ok=3;;;0", "or left empty before what is");
	is_written(&(struct perfdata){ .label = "t", .value = "U", .unit = "s", .warning = "1" }, "t=U;1",
	    "a value that is not known has no unit");
	is_written(&(struct perfdata){ .label = "a b", .value = "1", .unit = "" }, "'a b'=1",
	    "a label with a blank is quoted");
	is_written(&(struct perfdata){ .label = "a=b", .value = "1", .unit = "" }, "'a=b'=1",
	    "and one with an equals sign");
	is_written(&(struct perfdata){ .label = "it's", .value = "1", .unit = "" }, "'it''s'=1",
	    "a quote is doubled");
	perfdata_add(&out, &(struct perfdata){ .label = "a", .value = "1", .unit = "" });
	perfdata_add(&out, &(struct perfdata){ .label = "b", .value = "2", .unit = "" });
	is_view(bytes_view(&out), VIEW("a=1 b=2"), "several have a blank between");
	bytes_clear(&out);
	return done_testing();
}
