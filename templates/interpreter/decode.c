/* Instruction words → what the handlers read. */
struct row { uint32_t mask, match; uint16_t operation, operation_x0; uint8_t format, flags; };

/* TABLE */
static int32_t immediate_of(uint32_t w, int format)
{
  int32_t s = (int32_t)w;
  switch (format) {
    case FORMAT_I: return s >> 20;
    case FORMAT_shift: return (w >> 20) & 63;
    case FORMAT_shiftw: return (w >> 20) & 31;
    case FORMAT_S: return (s >> 25) * 32 | ((w >> 7) & 31);
    case FORMAT_B: return (s >> 31) * 4096 | ((w << 4) & 0x800) | ((w >> 20) & 0x7e0) | ((w >> 7) & 0x1e);
    case FORMAT_U: return s & ~0xfff;
    case FORMAT_J: return (s >> 31) * 1048576 | (w & 0xff000) | ((w >> 9) & 0x800) | ((w >> 20) & 0x7fe);
    default: return 0;
  }
}

static const struct row *row_of(uint32_t word)
{
  uint32_t opcode = word & 127;
  for (uint32_t i = decoding_from[opcode]; i < decoding_from[opcode + 1]; i++)
    if ((word & decoding[i].mask) == decoding[i].match) return &decoding[i];
  return 0;
}
