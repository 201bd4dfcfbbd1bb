/** A small extension with a row of every kind: a branch, updates in place, overlapping operands, lengths in words, a handler of the host, inline C. */
import type { CallOutcome, CallValue, Extension, ExtensionDefinition, Handler } from '../../../../src/index.ts'

const CUSTOM_3 = 0x7b
const FUNCT3_MASK = 0x707f
const FUNCT7_MASK = 0xfe00707f
const row = (funct3: number) => ({ mask: FUNCT7_MASK, match: CUSTOM_3 | (funct3 << 12) }) as const

const same = ([a, b]: readonly CallValue[]): CallOutcome => ({
  result: Buffer.compare(a as Uint8Array, b as Uint8Array) === 0 ? 1n : 0n,
})

/** Views may overlap: a copy of everything that is read comes first. */
const twist =
  (factor: number) =>
  (operands: readonly CallValue[]): CallOutcome => {
    const [to, from] = operands as readonly [Uint8Array, Uint8Array]
    const before = to.slice()
    const other = from.slice()
    for (let i = 0; i < 16; i++) to[i] = before[i]! * factor + other[15 - i]!
    return {}
  }

const mix = (operands: readonly CallValue[]): CallOutcome => {
  const [to, a, b] = operands as readonly [Uint8Array, Uint8Array, Uint8Array]
  const mixed = Uint8Array.from({ length: 24 }, (_, i) => a[23 - i]! ^ b[i]!)
  to.set(mixed)
  return {}
}

/** Refused where the first byte is 255: nothing has changed then. */
const count = (operands: readonly CallValue[]): CallOutcome => {
  const [bytes] = operands as readonly [Uint8Array, bigint]
  if (bytes[0] === 255) return { refused: 'the first byte is full' }
  for (let i = 0; i < bytes.length; i++) bytes[i]!++
  return {}
}

const scale =
  (factor: number) =>
  ([value]: readonly CallValue[]): CallOutcome => ({ result: BigInt.asUintN(64, (value as bigint) * BigInt(factor)) })

/** The hint stream becomes the 16 bytes at [rs1]. */
const hint: Handler = ({ rs1, pc }, { x, memory }, host) => {
  const address = x[rs1]!
  if (address + 16n > BigInt(memory.length))
    return { type: 'trap', trap: { kind: 'load-outside', pc, address, message: 'tiny_hint reads outside of memory' } }
  host.hints = memory.slice(Number(address), Number(address) + 16)
  host.hintPosition = 0
  return { type: 'continue' }
}

const c = (factor: number): string => `#include <stdint.h>
#include <string.h>
#include "tiny.h"

int tiny_same(const uint8_t *a, const uint8_t *b, uint64_t *result) { *result = memcmp(a, b, 8) == 0; return 1; }

int tiny_twist(uint8_t *to, const uint8_t *from)
{
  uint8_t other[16];
  memcpy(other, from, 16);
  for (int i = 0; i < 16; i++) to[i] = (uint8_t)(to[i] * TINY_FACTOR + other[15 - i]);
  return 1;
}

int tiny_mix(uint8_t *to, const uint8_t *a, const uint8_t *b)
{
  uint8_t mixed[24];
  for (int i = 0; i < 24; i++) mixed[i] = a[23 - i] ^ b[i];
  memcpy(to, mixed, 24);
  return 1;
}

int tiny_count(uint8_t *bytes, uint64_t length)
{
  if (length > 0 && bytes[0] == 255) return 0;
  for (uint64_t i = 0; i < length; i++) bytes[i]++;
  return 1;
}

int tiny_scale(uint64_t value, uint64_t *result) { *result = value * ${factor}u; return 1; }
`

function create(table: unknown): Extension {
  const { factor = 3 } = table as { factor?: unknown }
  if (typeof factor !== 'number' || !Number.isInteger(factor) || factor < 0 || factor > 255)
    throw new Error(
      `field app_vm_config.tiny.factor: found ${JSON.stringify(factor)}, wanted a whole number from 0 to 255`,
    )
  const files = ['tiny.c', 'tiny.h']
  return {
    name: 'tiny',
    rows: [
      {
        kind: 'call',
        format: 'B',
        name: 'tiny_same',
        mask: FUNCT3_MASK,
        match: CUSTOM_3,
        c: 'tiny_same',
        files,
        result: 'branch',
        execute: same,
        operands: [
          { register: 'rs1', access: 'read', bytes: 8 },
          { register: 'rs2', access: 'read', bytes: 8 },
        ],
      },
      {
        kind: 'call',
        format: 'R',
        name: 'tiny_twist',
        ...row(1),
        c: 'tiny_twist',
        files,
        execute: twist(factor),
        extraRows: { tiny_round: 3 },
        operands: [
          { register: 'rd', access: 'update', bytes: 16 },
          { register: 'rs1', access: 'read', bytes: 16 },
        ],
      },
      {
        kind: 'call',
        format: 'R',
        name: 'tiny_mix',
        ...row(2),
        c: 'tiny_mix',
        files,
        execute: mix,
        operands: [
          { register: 'rd', access: 'write', bytes: 24 },
          { register: 'rs1', access: 'read', bytes: 24 },
          { register: 'rs2', access: 'read', bytes: 24 },
        ],
      },
      {
        kind: 'call',
        format: 'R',
        name: 'tiny_count',
        ...row(3),
        c: 'tiny_count',
        files,
        execute: count,
        operands: [
          { register: 'rd', access: 'update', bytes: 'rs2', most: 64, inWords: true },
          { register: 'rs2', access: 'value' },
        ],
      },
      {
        kind: 'call',
        format: 'R',
        name: 'tiny_scale',
        ...row(4),
        c: 'tiny_scale',
        files,
        result: 'register',
        execute: scale(factor),
        operands: [{ register: 'rs1', access: 'value' }],
      },
      { kind: 'host', format: 'I', name: 'tiny_hint', mask: FUNCT3_MASK, match: CUSTOM_3 | (5 << 12) },
    ],
    handlers: { tiny_hint: hint },
    effects: {
      tiny_hint: ({ rs1 }, { x }) => ({ rows: 2, touched: { space: 1, address: Number(x[rs1]!), length: 16 } }),
    },
    files: [
      { path: 'tiny.c', content: c(factor) },
      { path: 'tiny.h', content: `enum { TINY_FACTOR = ${factor} };\n` },
    ],
    chips: [
      {
        name: 'Tiny',
        width: 11,
        interactions: 5,
        operations: ['tiny_same', 'tiny_twist', 'tiny_mix', 'tiny_count', 'tiny_scale', 'tiny_hint'],
      },
      { name: 'TinyRound', width: 7, interactions: 2, nextRow: true, operations: ['tiny_round'] },
    ],
  }
}

export default { name: 'tiny', create } satisfies ExtensionDefinition
