/** Machines from files, and the choice of one for a guest. */
import { dirname, resolve } from 'node:path'
import type { AirMemo } from '../air/listed.ts'
import type { Xlen } from '../elf/image.ts'
import { RvrError, messageOf } from '../errors.ts'
import { readInput } from '../files/read.ts'
import { resolvedAirs } from './airs.ts'
import { defaultMachine, parseMachine, type Machine, type MachineFile } from './machine.ts'
import { withReadAutoprecompiles, writtenAutoprecompiles } from './written-autoprecompiles.ts'

export interface MachineLoading {
  readonly signal?: AbortSignal | undefined
  /** Is asked for AIRs that this process has not read yet. */
  readonly memo?: AirMemo | undefined
}

/**
 * A machine from a JSON file.
 *
 * @throws RvrError `IO` (the file cannot be read), `ABORTED`, `MACHINE_INVALID` (no JSON: `details` is {path} and,
 *   where known, position, the offset
 *   in characters; or a field that does not fit: see `parseMachine`)
 */
export const loadMachine = (
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Machine> => machineIn(path, { signal })

/** The same with AIRs that are remembered. */
export async function machineIn(path: string, { signal, memo }: MachineLoading): Promise<Machine> {
  return machineOfFile(await readInput('machine', path, signal), path, memo)
}

/** The machine that a file holds, in gzip or not. @throws RvrError `MACHINE_INVALID`, `IO` (its AIRs) */
export function machineOfFile(bytes: Uint8Array, path: string, memo?: AirMemo): Machine {
  const text = textOf(bytes, path)
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    const position = positionOf(messageOf(cause), text)
    throw new RvrError('MACHINE_INVALID', `machine ${path}: no JSON: ${messageOf(cause)}`, {
      hint: 'docs/machine.md has an example of a machine file.',
      cause,
      details: { path, position },
    })
  }
  const resolved = resolvedAirs(data, path === '-' ? '' : dirname(path), path, memo)
  return parseMachine(withReadAutoprecompiles(resolved, path), path)
}

/** Loaded where it is needed, for most machines are in no file. */
const zlib = (): typeof import('node:zlib') => process.getBuiltinModule('node:zlib')
/** What a machine file in gzip, as one with autoprecompiles is, may hold. */
const MAX_TEXT = 512 << 20
const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

function textOf(bytes: Uint8Array, path: string): string {
  if (!isPacked(bytes)) return Buffer.from(bytes).toString('utf8')
  try {
    return zlib().gunzipSync(bytes, { maxOutputLength: MAX_TEXT }).toString('utf8')
  } catch (cause) {
    throw new RvrError('MACHINE_INVALID', `machine ${path}: no gzip that can be read: ${messageOf(cause)}`, {
      hint: 'Write the file again: rvr apc setup.',
      cause,
      details: { path },
    })
  }
}

/**
 * A machine as a file that `loadMachine` reads: JSON in gzip. AIRs of the user's own have to stay where they lie.
 */
export function packedMachine({
  name,
  xlen,
  source,
  limits,
  memory,
  airs,
  autoprecompiles,
  chips,
}: Machine): Uint8Array {
  const list = airs && { ...airs, list: resolve(airs.list) }
  const written = autoprecompiles && writtenAutoprecompiles(autoprecompiles)
  const file = { name, xlen, source, limits, memory, airs: list, autoprecompiles: written, chips }
  return zlib().gzipSync(`${JSON.stringify(file)}\n`)
}

/** V8 names the position of most mistakes in its message. */
function positionOf(message: string, text: string): number | undefined {
  const found = /at position (\d+)/.exec(message)?.[1]
  if (found !== undefined) return Number(found)
  return message.includes('end of JSON') ? text.length : undefined
}

/**
 * The machine for a guest: the one that was asked for (a path, or a description, which is validated again because its
 * user may have changed it), else the one that rvr ships for the guest's width.
 *
 * @param guest names the guest in errors
 * @throws RvrError `USAGE` (the machine is for guests of another width), and what `loadMachine` throws
 */
export async function machineFor(
  guest: string,
  xlen: Xlen,
  choice?: string | MachineFile,
  loading: MachineLoading = {},
): Promise<Machine> {
  if (choice === undefined) return defaultMachine(xlen)
  const machine = typeof choice === 'string' ? await machineIn(choice, loading) : parseMachine(choice, '<object>')
  if (machine.xlen === xlen) return machine
  const origin = typeof choice === 'string' ? choice : machine.name
  throw new RvrError(
    'USAGE',
    `machine ${origin} has registers of ${machine.xlen} bits, but guest ${guest} is RV${xlen}`,
    {
      hint: `Give a machine file with "xlen": ${xlen}.`,
      details: { machine: origin, guest, found: machine.xlen, wanted: xlen },
    },
  )
}
