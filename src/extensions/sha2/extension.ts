/** The extension `sha2`: the compressions of SHA-256 and SHA-512 (docs/guest-abi.md, "ABI openvm: extensions"). */
import { resourceText } from '../../resources.ts'
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallRow } from '../../isa/row.ts'
import type { ExtensionChip, ExtensionDefinition, ExtensionFile } from '../extension.ts'
import { BLOCK_BYTES_256, STATE_BYTES_256, compress256 } from './compress256.ts'
import { BLOCK_BYTES_512, STATE_BYTES_512, compress512 } from './compress512.ts'

const CUSTOM_0 = 0x0b
const FUNCT3 = 0b100

interface Compression {
  readonly name: string
  readonly funct7: number
  readonly stateBytes: number
  readonly blockBytes: number
  readonly extraRows: Readonly<Record<string, number>>
  readonly compress: (out: Uint8Array, state: Uint8Array, block: Uint8Array) => void
}

const row = ({ name, funct7, stateBytes, blockBytes, extraRows, compress }: Compression): CallRow => ({
  kind: 'call',
  format: 'R',
  name,
  mask: FUNCT7_MASK,
  match: rType(CUSTOM_0, FUNCT3, funct7),
  c: `rvr_${name}`,
  files: [`${name}.c`],
  extraRows,
  operands: [
    { register: 'rd', access: 'write', bytes: stateBytes },
    { register: 'rs1', access: 'read', bytes: stateBytes },
    { register: 'rs2', access: 'read', bytes: blockBytes },
  ],
  execute: operands => {
    const [out, state, block] = operands as readonly Uint8Array[]
    compress(out!, state!, block!)
    return {}
  },
})

const rows: readonly CallRow[] = [
  row({
    name: 'sha256',
    funct7: 2,
    stateBytes: STATE_BYTES_256,
    blockBytes: BLOCK_BYTES_256,
    extraRows: { sha256_block: 17 },
    compress: compress256,
  }),
  row({
    name: 'sha512',
    funct7: 3,
    stateBytes: STATE_BYTES_512,
    blockBytes: BLOCK_BYTES_512,
    extraRows: { sha512_block: 21 },
    compress: compress512,
  }),
]

/** The prover's own figures. */
const chips: readonly ExtensionChip[] = [
  { name: 'Sha2Main256', width: 131, interactions: 85, nextRow: true, operations: ['sha256'] },
  { name: 'Sha2BlockHasher256', width: 456, interactions: 29, nextRow: true, operations: ['sha256_block'] },
  { name: 'Sha2Main512', width: 243, interactions: 149, nextRow: true, operations: ['sha512'] },
  { name: 'Sha2BlockHasher512', width: 903, interactions: 53, nextRow: true, operations: ['sha512_block'] },
]

const file = (path: string): ExtensionFile => ({
  path,
  content: resourceText(`ffi/sha2/${path}`),
})

export const sha2: ExtensionDefinition = {
  name: 'sha2',
  tables: ['sha2', 'sha256'],
  implied: {},
  create: () => ({ name: 'sha2', rows, chips, files: [file('sha256.c'), file('sha512.c')] }),
}
