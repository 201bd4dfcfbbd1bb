/** What generating a project is asked for and answers: plain data, so that another thread can do it. */
import type { Convention } from '../../../codegen/convention.ts'
import type { Tuning } from '../../../codegen/tuning.ts'
import type { UnitLimits } from '../../../codegen/unit-limits.ts'
import type { MemoryMap } from '../../../elf/image.ts'
import type { EventSink } from '../../../events.ts'
import type { AbiChoice } from '../../../extensions/abi.ts'
import type { Machine } from '../../../machine/machine.ts'
import type { ModeChoice } from '../../../modes/registry.ts'
import type { Stretch } from '../../../profile/counts.ts'
import type { WrittenFile } from '../../make/written.ts'

interface Identity {
  readonly slots: number
  readonly base: number
  readonly definedSlots: number
  readonly [fact: string]: unknown
}

export interface GenerationOrder {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly memory: MemoryMap
  readonly abi: AbiChoice
  /** `instructionsDigest` of the ABI, which it has to have once it is made again. */
  readonly instructions: string
  readonly mode: ModeChoice
  readonly machine: Machine
  readonly convention: Convention
  readonly tuning: Tuning
  readonly vectorBytes: 16 | 32
  readonly units: UnitLimits | undefined
  readonly profile: readonly Stretch[] | undefined
  /** The artifact's identity block; the fields that only the lifted guest can fill have their place in it. */
  readonly identity: Identity
  /** Where the project is compiled, rvr's own; absent: it is not. */
  readonly directory: string | undefined
  /** Where a user wants to have it too. */
  readonly emitDirectory: string | undefined
}

export interface Generated {
  /** The C files that become objects. */
  readonly units: readonly string[]
  readonly liftMs: number
  readonly codegenMs: number
  /** Guests that the thread has lifted so far. */
  readonly lifts: number
}

/** Whoever ordered a project. */
export interface GenerationListener {
  readonly events: EventSink
  /** Gets the files as soon as they are in the directory. */
  receive(files: readonly WrittenFile[]): Promise<void> | void
  readonly signal?: AbortSignal | undefined
}
