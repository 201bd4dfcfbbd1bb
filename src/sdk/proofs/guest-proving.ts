/** What a guest is proved with: its verifying key, and the tables that the key has commitments of. */
import { coreThreads } from '../../load/threads.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Machine } from '../../machine/machine.ts'
import { loadProver, type ProverLibrary } from '../../load/stark-prover.ts'
import { prepareStark, type PipelineServices } from '../../pipeline.ts'
import { MACHINE_TREE, PROGRAM_TREE, machineTables, programTables } from '../../proofs/fixed-tables.ts'
import { guestKey } from '../../proofs/guest-key.ts'
import { machineSystem, type MachineSystem } from '../../proofs/machine-system.ts'
import { initialRoot } from '../../proofs/initial-root.ts'
import { commitmentStage, type Committed } from '../../stages/commitment/commitment.ts'
import { obtain } from '../../stages/obtain.ts'
import { sets, type ProofSet } from '../../stark/parameters.ts'
import { FixedTrees } from './fixed-trees.ts'
import { defaultMemoryBytes } from './memory.ts'
import { VerifyingKey } from './verifying-key.ts'

export interface ProvedGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly services: PipelineServices
}

/** To be disposed of: it has trees. */
export interface GuestProving extends Disposable {
  readonly key: VerifyingKey
  readonly system: MachineSystem
  /** Those that the key was made from are there already, where no cache had their roots. */
  readonly trees: FixedTrees
  prover(): Promise<ProverLibrary>
}

export interface ProvingChoice {
  readonly set?: ProofSet | undefined
  readonly threads?: number | undefined
  readonly maxMemoryBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
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
  const program = programTables(system, guest)
  const byTree = [MACHINE_TREE, PROGRAM_TREE].map(
    tree => () => (tree === PROGRAM_TREE ? program : machineTables(system)),
  )
  const trees = new FixedTrees({ logBlowUp, tables: byTree, prover })
  const rootOf = async (number: number): Promise<Uint32Array> => {
    const { root } = await trees.tree(number, { threads, maxBytes: maxMemoryBytes, signal })
    return new Uint32Array(root.slice().buffer)
  }
  const kept = async (of: Committed, make: () => Promise<Uint32Array>): Promise<Uint32Array> => {
    const obtained = await obtain(commitmentStage, { services, events, signal, committed: of, make })
    return obtained.opened
  }
  const ofAirs = { airs: airs.digest }
  const ofGuest = { ...ofAirs, guest: image.digest, abi: abi.digest }
  try {
    const roots = {
      memory: await kept({ of: 'memory', ...ofGuest }, async () => initialRoot(airs, guest, await prover())),
      machine: await kept({ of: 'machine', ...ofAirs, logBlowUp }, () => rootOf(MACHINE_TREE)),
      program: await kept({ of: 'program', ...ofGuest, logBlowUp }, () => rootOf(PROGRAM_TREE)),
    }
    const bytes = await guestKey({ system, image, parameters, program, roots, signal })
    const key = await VerifyingKey.read(bytes, { signal })
    return { key, system, trees, prover, [Symbol.dispose]: () => trees[Symbol.dispose]() }
  } catch (error) {
    trees[Symbol.dispose]()
    throw error
  }
}

async function openProver(services: PipelineServices, signal: AbortSignal | undefined): Promise<ProverLibrary> {
  const { opened } = await prepareStark({ library: 'prover', signal }, services)
  return loadProver(opened)
}
