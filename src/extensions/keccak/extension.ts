/** The extension `keccak`: permutation and absorbing xor (docs/guest-abi.md, "ABI openvm: extensions"). */
import { resourceText } from '../../resources.ts'
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallOutcome, CallRow, CallValue } from '../../isa/row.ts'
import type { ExtensionChip, ExtensionDefinition, ExtensionFile } from '../extension.ts'
import { STATE_BYTES, keccakF1600 } from './permutation.ts'

const CUSTOM_0 = 0x0b
const FUNCT3 = 0b100
/** The rate of Keccak-256: no message block is longer. */
const MAX_XOR_BYTES = 136

function permute(operands: readonly CallValue[]): CallOutcome {
  keccakF1600(operands[0] as Uint8Array)
  return {}
}

function xorIn(operands: readonly CallValue[]): CallOutcome {
  const [buffer, input] = operands as [Uint8Array, Uint8Array]
  buffer.set(new Uint8Array(buffer).map((byte, index) => byte ^ input[index]!))
  return {}
}

const rows: readonly CallRow[] = [
  {
    kind: 'call',
    format: 'R',
    name: 'keccakf',
    mask: FUNCT7_MASK,
    match: rType(CUSTOM_0, FUNCT3, 0),
    c: 'rvr_keccakf',
    files: ['keccakf.c'],
    operands: [{ register: 'rd', access: 'update', bytes: STATE_BYTES }],
    extraRows: { keccakf_permutation: 24 },
    execute: permute,
  },
  {
    kind: 'call',
    format: 'R',
    name: 'xorin',
    mask: FUNCT7_MASK,
    match: rType(CUSTOM_0, FUNCT3, 1),
    c: 'rvr_xorin',
    files: ['xorin.c'],
    operands: [
      { register: 'rd', access: 'update', bytes: 'rs2', most: MAX_XOR_BYTES, inWords: true },
      { register: 'rs1', access: 'read', bytes: 'rs2', most: MAX_XOR_BYTES, inWords: true },
      { register: 'rs2', access: 'value' },
    ],
    execute: xorIn,
  },
]

/** The prover's own figures. */
const chips: readonly ExtensionChip[] = [
  { name: 'KeccakfOp', width: 258, interactions: 110, operations: ['keccakf'] },
  { name: 'KeccakfPerm', width: 2634, interactions: 2, nextRow: true, operations: ['keccakf_permutation'] },
  { name: 'Xorin', width: 543, interactions: 357, operations: ['xorin'] },
]

const file = (path: string): ExtensionFile => ({
  path,
  content: resourceText(`ffi/keccak/${path}`),
})

export const keccak: ExtensionDefinition = {
  name: 'keccak',
  implied: {},
  create: () => ({ name: 'keccak', rows, chips, files: [file('keccakf.c'), file('xorin.c')] }),
}
