/* promtext: the text exposition format. */
#include "check/promtext.h"

#include "tap.h"

int
main(void)
{
	struct bytes out = BYTES_INIT(1024);
	struct promtext_label labels[] = { { "a", NULL }, { "b", "x\"\\\ny" }, { "c", "\303\244" } };

	promtext_gauge(&out, "m", "one \\ \"two\"\nthree");
	is_view(bytes_view(&out), VIEW("# HELP m one \\\\ \"two\"\\nthree\n# TYPE m gauge\n"),
	    "a family has HELP and TYPE; backslash and line end are escaped");
	bytes_reset(&out);
	promtext_sample(&out, "m", NULL, 0, 1.23456, 3);
	is_view(bytes_view(&out), VIEW("m 1.235\n"), "a sample without labels");
	bytes_reset(&out);
	promtext_sample(&out, "m", labels, 1, 2, 0);
	is_view(bytes_view(&out), VIEW("m 2\n"), "a label without a value is left out");
	bytes_reset(&out);
	promtext_sample(&out, "m", labels, ARRAY_LEN(labels), -1, 0);
	is_view(bytes_view(&out), VIEW("m{b=\"x\\\"\\\\\\ny\",c=\"\303\244\"} -1\n"),
	    "values have quote, backslash and line end escaped");
	bytes_clear(&out);
	return done_testing();
}
