/** How often each instruction was executed, and what that cost by function and by operation. */
import { basename, dirname, resolve } from 'node:path'
import { accept } from '../accept.ts'
import { readableNames } from '../elf/symbols.ts'
import { guestProfile, type ProfileCounts } from '../guest-profile/build.ts'
import { ContextRows } from '../guest-profile/context-rows.ts'
import { executedCode, type ExecutedCode, type ProfiledRun } from '../guest-profile/executed-code.ts'
import type { GuestProfile, ProfileShare } from '../guest-profile/guest-profile.ts'
import { instructionTotals, type InstructionTotals } from '../guest-profile/instructions.ts'
import { withoutCallers } from '../guest-profile/plain-counts.ts'
import { dearestFirst, opcodesOf, symbolsOf } from '../guest-profile/shares.ts'
import { profileOf, type ExecutionProfile } from '../profile/counts.ts'
import { countsByPc } from '../modes/profile/counts.ts'
import { Tree, type TreeOptions } from './tree-options.ts'

/** A share of a run. */
export interface ProfileEntry {
  /** Of functions the readable name: demangled, without hashes. */
  readonly name: string
  readonly instructions: number
  /** Trace cells. */
  readonly cells: number
  /** Functions: the symbols of the file that have this name, where they are not the name itself. */
  readonly symbols?: readonly string[]
}

/** What was profiled, and how it stood then. */
export interface ProfiledGuestRun extends ProfiledRun {
  readonly outcome: GuestProfile['outcome']
  readonly instret: bigint
}

interface Totals {
  readonly code: ExecutedCode
  readonly totals: InstructionTotals
}

export class Profile {
  /** Instructions retired since the guest's start. */
  readonly instret: bigint
  readonly #run: ProfiledGuestRun
  readonly #given: ProfileCounts
  #counts: ReadonlyMap<number, number> | undefined
  #extraRows: ReadonlyMap<number, number> | undefined
  #totals: Totals | undefined
  #functions: readonly ProfileEntry[] | undefined
  #opcodes: readonly ProfileEntry[] | undefined

  constructor(run: ProfiledGuestRun, given: ProfileCounts) {
    this.#run = run
    this.#given = given
    this.instret = run.instret
  }

  /** Executions by the instruction's address, in address order; only those above 0. They add up to `instret`. */
  get counts(): ReadonlyMap<number, number> {
    return (this.#counts ??= this.#countsByPc())
  }

  /** Trace rows beyond one for each execution, by address: those of HINT_BUFFER. */
  get extraRows(): ReadonlyMap<number, number> {
    return (this.#extraRows ??= this.#rowsByPc())
  }

  /**
   * By function, the dearest first. An instruction belongs to the nearest function symbol at or below it in its
   * segment; functions of one readable name count together: what a compiler made of one generic function for several
   * types, say.
   */
  get functions(): readonly ProfileEntry[] {
    return (this.#functions ??= this.#byReadableName())
  }

  /** By operation, such as `addi` or `hint_buffer`, the dearest first. */
  get opcodes(): readonly ProfileEntry[] {
    const { code, totals } = this.#added()
    return (this.#opcodes ??= opcodesOf(code, totals, this.#run.machine).map(entryOf))
  }

  /**
   * Who called whom, with functions that compilers inlined, source lines and steps, and what all of these cost: mode
   * `calls`; in mode `profile` functions have no callers. Makes the value anew with each call, in the time of some
   * seconds for a million calling contexts.
   *
   * @throws RvrError `USAGE`.
   */
  tree(options: TreeOptions = {}): GuestProfile {
    const { guestName = 'guest', memory, ...others } = accept(Tree, 'tree', options)
    return guestProfile({ ...this.#run, guestName, memory }, this.#given, others)
  }

  /** The counts as plain data, which `guest.compile` takes as its `profile`. */
  get recorded(): ExecutionProfile {
    const { image, abi } = this.#run
    return profileOf({ digest: image.digest, xlen: image.xlen, slotBytes: abi.slotBytes }, this.counts)
  }

  /**
   * Adds the counts to a profile file of the same guest, or makes it; returns the file's absolute path. `guest.compile`
   * takes it as its `profile`. Several runs, of several processes too, may add to one file at once.
   *
   * @throws RvrError `IO`, `INPUT_INVALID` (the file is there and is no profile of this guest).
   */
  async addTo(file: string): Promise<string> {
    const [{ addToProfile }, { withLock }, { makeDirectory }, { isPlainTarget }] = await Promise.all([
      import('../profile/file.ts'),
      import('../store/build-lock.ts'),
      import('../files/directory.ts'),
      import('../files/write.ts'),
    ])
    const path = resolve(file)
    const directory = dirname(path)
    const add = (): Promise<string> => addToProfile(path, this.recorded, this.#run.abi.digest)
    if (!(await isPlainTarget(path))) return add()
    // What cannot be made or locked, writing will say.
    await makeDirectory(directory).catch(() => {})
    return withLock(directory, `.${basename(path)}.lock`, add, { count: () => {} })
  }

  #countsByPc(): ReadonlyMap<number, number> {
    if ('profile' in this.#given) return countsByPc(this.#given.profile)
    const { code, totals } = this.#added()
    return new Map(Array.from(code.pcs, (pc, index) => [pc, totals.times[index]!]))
  }

  #rowsByPc(): ReadonlyMap<number, number> {
    if ('profile' in this.#given) return new Map(this.#given.profile.extraRows)
    const sums = new Map<number, number>()
    const { pc: pcs, rows } = this.#given.calls.extraRows
    for (const [row, pc] of pcs.entries()) sums.set(pc, (sums.get(pc) ?? 0) + rows[row]!)
    return sums
  }

  #added(): Totals {
    if (this.#totals === undefined) {
      const { image, inside } = this.#run
      const counts = 'calls' in this.#given ? this.#given.calls : withoutCallers(image, this.#given.profile)
      const code = executedCode(this.#run, counts.runs)
      const contextRows = new ContextRows(code, counts, inside)
      this.#totals = { code, totals: instructionTotals(code, contextRows, counts.contexts.path.length) }
    }
    return this.#totals
  }

  #byReadableName(): ProfileEntry[] {
    const { image } = this.#run
    const { code, totals } = this.#added()
    const symbols = symbolsOf(code, totals, image)
    const names = readableNames(image).all(symbols.map(({ name }) => name))
    const merged = [...Map.groupBy(symbols, (_, index) => names[index]!)].map(([name, parts]) => {
      const total = (key: 'count' | 'cells'): number => parts.reduce((sum, part) => sum + part[key], 0)
      return { name, count: total('count'), cells: total('cells'), symbols: parts.map(part => part.name) }
    })
    return merged.toSorted(dearestFirst).map(share => {
      const isPlain = share.symbols.length === 1 && share.symbols[0] === share.name
      return isPlain ? entryOf(share) : { ...entryOf(share), symbols: share.symbols }
    })
  }
}

const entryOf = ({ name, count, cells }: ProfileShare): ProfileEntry => ({ name, instructions: count, cells })
