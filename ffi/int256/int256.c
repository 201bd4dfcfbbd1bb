// Integers of 256 bits in guest memory: 32 little-endian bytes at any address. Each function reads its operands before it writes.
#include <stdint.h>
#include "words.h"

struct int256 { uint64_t v[4]; };

// Word by word: operands that the guest has just stored are still on their way to the cache, where a wider load would wait for them.
INLINE struct int256 load(const uint8_t *bytes) {
  struct int256 r;
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) __builtin_memcpy(&r.v[i], bytes + 8 * i, 8);
  return r;
}

INLINE int store(uint8_t *bytes, struct int256 a) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) __builtin_memcpy(bytes + 8 * i, &a.v[i], 8);
  return 1;
}

int rvr_int256_add(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
  unsigned char carry = 0;
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) a.v[i] = word_add(a.v[i], b.v[i], &carry);
  return store(rd, a);
}

int rvr_int256_sub(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
  unsigned char borrow = 0;
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) a.v[i] = word_sub(a.v[i], b.v[i], &borrow);
  return store(rd, a);
}

int rvr_int256_xor(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) a.v[i] ^= b.v[i];
  return store(rd, a);
}

int rvr_int256_or(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) a.v[i] |= b.v[i];
  return store(rd, a);
}

int rvr_int256_and(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) a.v[i] &= b.v[i];
  return store(rd, a);
}

// The shift amount is the lowest byte of its operand: two words, one word, then bits.
int rvr_int256_sll(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1);
  unsigned amount = *rs2, bits = amount & 63;
  uint64_t w0 = a.v[0], w1 = a.v[1], w2 = a.v[2], w3 = a.v[3];
  if (amount & 128) w3 = w1, w2 = w0, w1 = 0, w0 = 0;
  if (amount & 64) w3 = w2, w2 = w1, w1 = w0, w0 = 0;
  // The bits that cross: shifted by 64 - bits in two steps, so that no bits means no shift by 64.
  a.v[0] = w0 << bits;
  a.v[1] = w1 << bits | w0 >> 1 >> (63 - bits);
  a.v[2] = w2 << bits | w1 >> 1 >> (63 - bits);
  a.v[3] = w3 << bits | w2 >> 1 >> (63 - bits);
  return store(rd, a);
}

INLINE int shift_right(uint8_t *rd, struct int256 a, unsigned amount, uint64_t fill) {
  unsigned bits = amount & 63;
  uint64_t w0 = a.v[0], w1 = a.v[1], w2 = a.v[2], w3 = a.v[3];
  if (amount & 128) w0 = w2, w1 = w3, w2 = fill, w3 = fill;
  if (amount & 64) w0 = w1, w1 = w2, w2 = w3, w3 = fill;
  a.v[0] = w0 >> bits | w1 << 1 << (63 - bits);
  a.v[1] = w1 >> bits | w2 << 1 << (63 - bits);
  a.v[2] = w2 >> bits | w3 << 1 << (63 - bits);
  a.v[3] = w3 >> bits | fill << 1 << (63 - bits);
  return store(rd, a);
}

int rvr_int256_srl(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  return shift_right(rd, load(rs1), *rs2, 0);
}

int rvr_int256_sra(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1);
  return shift_right(rd, a, *rs2, -(a.v[3] >> 63));
}

INLINE int less_than(uint8_t *rd, struct int256 a, struct int256 b) {
  unsigned char borrow = 0;
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) word_sub(a.v[i], b.v[i], &borrow);
  struct int256 r = {{borrow, 0, 0, 0}};
  return store(rd, r);
}

int rvr_int256_slt(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2);
  a.v[3] ^= (uint64_t)1 << 63;
  b.v[3] ^= (uint64_t)1 << 63;
  return less_than(rd, a, b);
}

int rvr_int256_sltu(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  return less_than(rd, load(rs1), load(rs2));
}

int rvr_int256_mul(uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2) {
  struct int256 a = load(rs1), b = load(rs2), r = {{0, 0, 0, 0}};
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    uint64_t high = 0;
#pragma GCC unroll 4
    for (int j = 0; j < 3 - i; j++) r.v[i + j] = word_mul_add(a.v[i], b.v[j], r.v[i + j], &high);
    r.v[3] += a.v[i] * b.v[3 - i] + high;
  }
  return store(rd, r);
}

int rvr_int256_beq(const uint8_t *rs1, const uint8_t *rs2, uint64_t *result) {
  struct int256 a = load(rs1), b = load(rs2);
  uint64_t differ = 0;
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) differ |= a.v[i] ^ b.v[i];
  *result = differ == 0;
  return 1;
}
