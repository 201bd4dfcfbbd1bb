// Products in Fp2 of BN254.
#define OPERATION rvr_fp2_0_mul
#include "fp2.h"
