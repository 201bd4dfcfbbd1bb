// Products in the field of secp256k1.
#define OPERATION rvr_modular_0_mul
#define MODULUS "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
#define DIVIDE 0
#include "modular.h"
