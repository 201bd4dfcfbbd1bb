/* Checks of products of pairings, for the curves of the two files pairing-*.c: the host's hint decides, or the full computation. */
#pragma once
#include "../abi/openvm/openvm-extensions.h"

enum { MOST_PAIRS = 16 };

/* In this order of the status word. */
typedef enum { PAIRING_NOT_ONE = 0, PAIRING_ONE = 1, PAIRING_INVALID = 2 } pairing_status;
/* What the answer rests on. */
typedef enum { DECIDED_WITHOUT_PAIRING = 0, DECIDED_BY_HINT = 1, DECIDED_BY_FULL_EXPONENT = 2 } pairing_decision;

typedef struct {
    pairing_status status;
    pairing_decision decision;
} pairing_result;

/*
 * Points are pairs of coordinates in little-endian limbs, a coordinate of G2 being its real and its imaginary part; all zeros is the
 * point at infinity. Points that are not on the curve or not in the group make the whole check invalid. `hinted` may be 0.
 */
pairing_result bn254_check(const void *g1, const void *g2, size_t pairs, int hinted);
pairing_result bls12_381_check(const void *g1, const void *g2, size_t pairs, int hinted);

/* The setup of the curve's quadratic extension field. */
void bn254_set_up(void);
void bls12_381_set_up(void);
