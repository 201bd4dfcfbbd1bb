/* CRC-32 by nibbles. */
#include <stdint.h>
#include "table.h"

int crc32_of_memory(const uint8_t *bytes, uint64_t length, uint64_t *result)
{
  uint32_t crc = 0xffffffffu;
  for (uint64_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ crc32_nibbles[crc & 15];
    crc = crc >> 4 ^ crc32_nibbles[crc & 15];
  }
  *result = ~crc;
  return 1;
}
