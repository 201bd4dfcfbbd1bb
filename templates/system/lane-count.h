/* How many elements are computed with at once (lanes.h, which few files need: compilers take long for what it includes). */
#pragma once

#ifdef __AVX2__
enum { LANES = 8 };
#else
enum { LANES = 1 };
#endif
