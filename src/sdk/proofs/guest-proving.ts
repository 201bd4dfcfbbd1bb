/** What a guest is proved with: its verifying key, and the tables that the key has commitments of. */
import { coreThreads } from '../../load/threads.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Machine } from '../../machine/machine.ts'
import { FixedTree } from '../../load/proving/fixed-tree.ts'
import type { ProvingWork } from '../../load/proving/work.ts'
import { loadProver, type ProverLibrary } from '../../load/stark-prover.ts'
import { prepareStark, type PipelineServices } from '../../pipeline.ts'
import { machineTables, programTables, type FixedTable } from '../../proofs/fixed-tables.ts'
import { guestKey } from '../../proofs/guest-key.ts'
import { machineSystem, type MachineSystem } from '../../proofs/machine-system.ts'
import { initialRoot } from '../../proofs/initial-root.ts'
import { commitmentStage, type Committed } from '../../stages/commitment/commitment.ts'
import { obtain } from '../../stages/obtain.ts'
import { sets, type Parameters, type ProofSet } from '../../stark/parameters.ts'
import { defaultMemoryBytes } from './memory.ts'
import { VerifyingKey } from './verifying-key.ts'

export interface ProvedGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly services: PipelineServices
}

export interface GuestProving {
  readonly key: VerifyingKey
  readonly system: MachineSystem
  readonly parameters: Parameters
  prover(): Promise<ProverLibrary>
  /** Fixed tables by tree, in the key's order. */
  tables(): readonly (readonly FixedTable[])[]
}

export interface ProvingChoice {
  readonly set?: ProofSet | undefined
  readonly threads?: number | undefined
  readonly maxMemoryBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Of tables of one tree. @throws RvrError `ABORTED`, `USAGE` */
export const committed = (
  library: ProverLibrary,
  { logBlowUp }: Pick<Parameters, 'logBlowUp'>,
  tables: readonly FixedTable[],
  work: ProvingWork,
): Promise<FixedTree> => {
  const wide = tables.map(table => ({ ...table, width: table.columns.length }))
  return FixedTree.commit(library, { logBlowUp, tables: wide }, work)
}

/**
 * Roots are taken from the cache, where it has them: of the machine's tables for all its guests.
 *
 * @throws RvrError `UNPROVABLE` (the guest's ABI), `MACHINE_INVALID`, `TOOLCHAIN_MISSING`, `COMPILE_FAILED`, `USAGE`,
 *   `ABORTED`, `IO`
 */
export async function guestProving(guest: ProvedGuest, choice: ProvingChoice): Promise<GuestProving> {
  const { image, abi, machine, services } = guest
  const { set = 'default', threads = coreThreads(), maxMemoryBytes = defaultMemoryBytes(), signal } = choice
  const { cache, events } = services
  const airs = airsOfMachine(machine, abi.extensions, airMemo(cache.memoDirectory))
  const system = machineSystem(airs)
  const parameters = sets[set]
  const { logBlowUp } = parameters
  let library: Promise<ProverLibrary> | undefined
  const prover = (): Promise<ProverLibrary> => (library ??= openProver(services, signal))
  const rootOf = async (tables: readonly FixedTable[]): Promise<Uint32Array> => {
    using tree = await committed(await prover(), parameters, tables, { threads, maxBytes: maxMemoryBytes, signal })
    return new Uint32Array(tree.root.slice().buffer)
  }
  const root = async (of: Committed, make: () => Promise<Uint32Array>): Promise<Uint32Array> => {
    const obtained = await obtain(commitmentStage, { services, events, signal, committed: of, make })
    return obtained.opened
  }
  const ofAirs = { airs: airs.digest }
  const ofGuest = { ...ofAirs, guest: image.digest, abi: abi.digest }
  const program = programTables(system, guest)
  const roots = {
    memory: await root({ of: 'memory', ...ofGuest }, async () => initialRoot(airs, guest, await prover())),
    machine: await root({ of: 'machine', ...ofAirs, logBlowUp }, () => rootOf(machineTables(system))),
    program: await root({ of: 'program', ...ofGuest, logBlowUp }, () => rootOf(program)),
  }
  const bytes = await guestKey({ system, image, parameters, program, roots, signal })
  const key = await VerifyingKey.read(bytes, { signal })
  return { key, system, parameters, prover, tables: () => [machineTables(system), program] }
}

async function openProver(services: PipelineServices, signal: AbortSignal | undefined): Promise<ProverLibrary> {
  const { opened } = await prepareStark({ library: 'prover', signal }, services)
  return loadProver(opened)
}
