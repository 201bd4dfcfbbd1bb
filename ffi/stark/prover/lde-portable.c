/* Transforms of strips for every CPU. */
#define STARK_LANES 1
#define KERNELS lde_portable
#include "lde-strip.h"
