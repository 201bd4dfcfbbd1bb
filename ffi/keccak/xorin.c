// Xors up to 136 bytes, the rate of Keccak-256, into a buffer: buffer[i] ^= input[i]. The two may overlap: all is read before anything is written.
// The caller has checked the length.
#include <stdint.h>

enum { RATE = 136 };

typedef uint64_t wide __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t word __attribute__((aligned(1), may_alias));

int rvr_xorin(uint8_t *buffer, const uint8_t *input, uint64_t length) {
  if (__builtin_expect(length == RATE, 1)) {
    wide a = *(wide *)buffer ^ *(const wide *)input;
    wide b = *(wide *)(buffer + 32) ^ *(const wide *)(input + 32);
    wide c = *(wide *)(buffer + 64) ^ *(const wide *)(input + 64);
    wide d = *(wide *)(buffer + 96) ^ *(const wide *)(input + 96);
    word e = *(word *)(buffer + 128) ^ *(const word *)(input + 128);
    *(wide *)buffer = a; *(wide *)(buffer + 32) = b; *(wide *)(buffer + 64) = c; *(wide *)(buffer + 96) = d; *(word *)(buffer + 128) = e;
    return 1;
  }
  uint8_t mixed[RATE];
  uint64_t words = length & ~(uint64_t)7;
  for (uint64_t i = 0; i < words; i += 8) *(word *)(mixed + i) = *(word *)(buffer + i) ^ *(const word *)(input + i);
  for (uint64_t i = words; i < length; i++) mixed[i] = buffer[i] ^ input[i];
  for (uint64_t i = 0; i < words; i += 8) *(word *)(buffer + i) = *(word *)(mixed + i);
  for (uint64_t i = words; i < length; i++) buffer[i] = mixed[i];
  return 1;
}
