// Products in the field of BLS12-381.
#define OPERATION rvr_modular_2_mul
#define MODULUS "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"
#define DIVIDE 0
#include "modular.h"
