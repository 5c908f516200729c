/*
 * dice: numbers by chance that are the same wherever a seed is (SplitMix64).
 */
#ifndef SSM_TESTS_DICE_H
#define SSM_TESTS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t
dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* From low to high. */
static inline uint32_t
dice_between(struct dice *dice, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(dice_roll(dice) % ((uint64_t)high - low + 1));
}

/* True so many times of a thousand. */
static inline bool
dice_chance(struct dice *dice, unsigned permille)
{
	return dice_between(dice, 0, 999) < permille;
}

#endif
