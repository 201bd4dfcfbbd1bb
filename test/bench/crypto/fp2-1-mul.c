// Products in Fp2 of BLS12-381.
#define OPERATION rvr_fp2_1_mul
#include "fp2.h"
