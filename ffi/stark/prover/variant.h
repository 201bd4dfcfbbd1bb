/* All steps over rows, for the CPU that VARIANT names. */
#include "variants.h"
#include "evaluate.h"
#include "divide.h"
#include "traces.h"
#include "sums.h"
#include "quotient.h"
#include "openings.h"
#include "fri.h"

static uint64_t scratch(const struct stark_key *key, uint32_t air)
{
  const uint64_t values = (uint64_t)VALUE_OTHERS + key->airs[air].nodes;
  const uint64_t sums = sums_scratch(key, air, values), quotient = quotient_scratch(values);
  return sums > quotient ? sums : quotient;
}

const struct variant VARIANT(variant) = { derive_columns, sum_table, quotient_values, weigh_rows, open_group, combine_groups, fold_round, scratch };
