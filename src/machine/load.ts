/** Machines from files, and the choice of one for a guest. */
import { dirname } from 'node:path'
import type { AirMemo } from '../air/listed.ts'
import type { Xlen } from '../elf/image.ts'
import { RvrError, messageOf } from '../errors.ts'
import { readInputText } from '../files/read.ts'
import { resolvedAirs } from './airs.ts'
import { defaultMachine, parseMachine, type Machine, type MachineFile } from './machine.ts'

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
  const text = await readInputText('machine', path, signal)
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
  return parseMachine(resolvedAirs(data, path === '-' ? '' : dirname(path), path, memo), path)
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
