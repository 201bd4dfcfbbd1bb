// Doubling a point of secp256k1, affine to affine. The library's public functions have no doubling; the sum of a point with itself is one, up to
// its conversion to affine coordinates in constant time.
#include <string.h>
#include "timing.h"

int rvr_ecc_0_double(uint8_t *rd, const uint8_t *rs1);

// The generator, little-endian.
static uint8_t point[64] = {
  0x98, 0x17, 0xf8, 0x16, 0x5b, 0x81, 0xf2, 0x59, 0xd9, 0x28, 0xce, 0x2d, 0xdb, 0xfc, 0x9b, 0x02, 0x07, 0x0b, 0x87, 0xce, 0x95, 0x62, 0xa0, 0x55, 0xac, 0xbb, 0xdc, 0xf9, 0x7e, 0x66, 0xbe, 0x79,
  0xb8, 0xd4, 0x10, 0xfb, 0x8f, 0xd0, 0x47, 0x9c, 0x19, 0x54, 0x85, 0xa6, 0x48, 0xb4, 0x17, 0xfd, 0xa8, 0x08, 0x11, 0x0e, 0xfc, 0xfb, 0xa4, 0x5d, 0x65, 0xc4, 0xa3, 0x26, 0x77, 0xda, 0x3a, 0x48,
};

void ours(long calls) {
  while (calls-- > 0) rvr_ecc_0_double(point, point);
}

#ifdef RIVAL
#include <secp256k1.h>

static secp256k1_pubkey key;

void theirs(long calls) {
  secp256k1_pubkey before;
  const secp256k1_pubkey *both[2] = {&before, &before};
  while (calls-- > 0) {
    before = key;
    (void)!secp256k1_ec_pubkey_combine(secp256k1_context_static, &key, both, 2);
  }
}

// x and y big-endian behind a byte 4.
int agree(void) {
  uint8_t bytes[65] = {4};
  size_t length = sizeof bytes;
  for (int i = 0; i < 32; i++) bytes[1 + i] = point[31 - i], bytes[33 + i] = point[63 - i];
  if (!secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, bytes, sizeof bytes)) return 0;
  ours(3);
  theirs(3);
  secp256k1_ec_pubkey_serialize(secp256k1_context_static, bytes, &length, &key, SECP256K1_EC_UNCOMPRESSED);
  for (int i = 0; i < 32; i++) if (bytes[1 + i] != point[31 - i] || bytes[33 + i] != point[63 - i]) return 0;
  return 1;
}
#endif
