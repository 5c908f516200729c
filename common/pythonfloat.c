#include "pythonfloat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
pythonfloat_format(char text[PYTHONFLOAT_MAX], double number)
{
	int precision = 1, exponent;

	if (isnan(number) || isinf(number)) {
		strcpy(text, isnan(number) ? "nan" : number < 0 ? "-inf" : "inf");
		return;
	}
	do
		snprintf(text, PYTHONFLOAT_MAX, "%.*e", precision - 1, number);
	while (strtod(text, NULL) != number && ++precision <= 17);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent >= -4 && exponent < 16)
		snprintf(text, PYTHONFLOAT_MAX, "%.*f",
		    precision - 1 > exponent ? precision - 1 - exponent : 1, number);
}
