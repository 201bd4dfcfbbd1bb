// Quotients in the field of secp256k1.
#define OPERATION rvr_modular_0_div
#define MODULUS "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
#define DIVIDE 1
#include "modular.h"
