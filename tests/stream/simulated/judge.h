/*
 * judge: whether a simulated session that is over has kept what is demanded at the top of simulation.c.
 *
 * Errors: go to the ledger.
 */
#ifndef SSM_TESTS_JUDGE_H
#define SSM_TESTS_JUDGE_H

#include "sides.h"

void judge(const struct sides *sides);

#endif
