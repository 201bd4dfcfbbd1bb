// Products modulo the order of secp256k1.
#define OPERATION rvr_modular_1_mul
#define MODULUS "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define DIVIDE 0
#include "modular.h"
