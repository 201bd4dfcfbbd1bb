/** How often each instruction was executed, and what that cost by function and by operation. */
import { basename, dirname, resolve } from 'node:path'
import type { Image } from '../elf/image.ts'
import { readableNames } from '../elf/symbols.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { instructionWord } from '../program/slots.ts'
import type { BlockRow, BlockRows } from '../machine/block-rows.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'
import { guestBlockRows } from '../run/guest-block-rows.ts'
import { profileOf, type ExecutionProfile } from '../profile/counts.ts'
import { countsByPc, type SlotCounts } from '../modes/profile/counts.ts'

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

/** Where no function symbol lies at or below an address of its segment. */
export const NO_SYMBOL = '(no symbol)'
const UNKNOWN_WORD = '(unknown word)'

interface Guest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
}

export class Profile {
  /** Instructions retired since the guest's start. */
  readonly instret: bigint
  /** Executions by the instruction's address, in address order; only those above 0. They add up to `instret`. */
  readonly counts: ReadonlyMap<number, number>
  /** Trace rows beyond one for each execution, by address: those of HINT_BUFFER. */
  readonly extraRows: ReadonlyMap<number, number>
  readonly #guest: Guest
  readonly #inside: number | undefined
  #functions: readonly ProfileEntry[] | undefined
  #operations: readonly ProfileEntry[] | undefined

  /**
   * @param inside where the run stands, if that is within the block of an autoprecompile that it entered at its start
   */
  constructor(guest: Guest, instret: bigint, counts: SlotCounts, inside?: number) {
    this.#guest = guest
    this.instret = instret
    this.#inside = inside
    this.counts = countsByPc(counts)
    this.extraRows = new Map(counts.extraRows)
  }

  /**
   * By function, the dearest first. An instruction belongs to the nearest function symbol at or below it in its
   * segment; functions of one readable name count together: what a compiler made of one generic function for several
   * types, say.
   */
  get functions(): readonly ProfileEntry[] {
    return (this.#functions ??= this.#readable(this.#collect(functionNames(this.#guest.image))))
  }

  /** By operation, such as `addi` or `hint_buffer`, the dearest first. */
  get opcodes(): readonly ProfileEntry[] {
    return (this.#operations ??= this.#collect((_pc, operation) => operation))
  }

  /** The counts as plain data, which `guest.compile` takes as its `profile`. */
  get recorded(): ExecutionProfile {
    return profileOf(this.#guest.image, this.counts)
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
    if (!(await isPlainTarget(path))) return addToProfile(path, this.recorded)
    // What cannot be made or locked, writing will say.
    await makeDirectory(directory).catch(() => {})
    return withLock(directory, `.${basename(path)}.lock`, () => addToProfile(path, this.recorded), { count: () => {} })
  }

  /** Adds up what has the same name; asked in address order. */
  #collect(nameOf: (pc: number, operation: string) => string): ProfileEntry[] {
    const { image, abi, machine } = this.#guest
    const decode = decoderFor(image.xlen, abi)
    const blocks = guestBlockRows(image, abi, machine)
    const entries = new Map<string, { name: string; instructions: number; cells: number }>()
    const add = (name: string, instructions: number, cells: number): void => {
      let entry = entries.get(name)
      if (entry === undefined) entries.set(name, (entry = { name, instructions: 0, cells: 0 }))
      entry.instructions += instructions
      entry.cells += cells
    }
    for (const [pc, count] of this.counts) {
      const word = instructionWord(image, pc)
      const instr = word === undefined ? undefined : decode(word, pc)
      const block = blocks?.get(pc)
      const whole = block === undefined ? 0 : this.#executionsOf(block, blocks!)
      const rows = count - whole + (this.extraRows.get(pc) ?? 0)
      add(nameOf(pc, instr?.row.name ?? UNKNOWN_WORD), count, instr === undefined ? 0 : cellsOf(machine, instr, rows))
      if (block?.start !== pc) continue
      const chip = machine.chips[block.chip]!
      add(nameOf(pc, chip.name), 0, chip.width * whole)
    }
    return inOrder([...entries.values()])
  }

  /** How often all of a block was executed from its start on: each time but the one that is not over. */
  #executionsOf(block: BlockRow, blocks: BlockRows): number {
    const isOpen = this.#inside !== undefined && blocks.get(this.#inside) === block
    return (this.counts.get(block.start) ?? 0) - (isOpen ? 1 : 0)
  }

  /** Symbols by their readable names. */
  #readable(entries: readonly ProfileEntry[]): ProfileEntry[] {
    const names = readableNames(this.#guest.image).all(entries.map(({ name }) => name))
    return inOrder(
      [...Map.groupBy(entries, (_, index) => names[index]!)].map(([name, parts]) => {
        const total = (key: 'instructions' | 'cells'): number => parts.reduce((sum, part) => sum + part[key], 0)
        const merged = { name, instructions: total('instructions'), cells: total('cells') }
        const symbols = parts.map(part => part.name)
        return symbols.length === 1 && symbols[0] === name ? merged : { ...merged, symbols }
      }),
    )
  }
}

const inOrder = (entries: readonly ProfileEntry[]): ProfileEntry[] =>
  entries.toSorted((a, b) => b.cells - a.cells || b.instructions - a.instructions || (a.name < b.name ? -1 : 1))

/** The name of the function that an address belongs to; addresses have to be asked for in order. */
function functionNames({ symbols, segments }: Image): (pc: number) => string {
  const functions = symbols.filter(({ kind }) => kind === 'function')
  let next = 0
  let name = NO_SYMBOL
  let at = 0
  return pc => {
    for (; next < functions.length && functions[next]!.address <= pc; next++) {
      const { address } = functions[next]!
      // Of several names for one address the first is the largest function's.
      if (name === NO_SYMBOL || address !== at) name = functions[next]!.name
      at = address
    }
    const segment = segments.find(({ address, memorySize }) => pc >= address && pc < address + memorySize)
    return name !== NO_SYMBOL && segment !== undefined && at >= segment.address ? name : NO_SYMBOL
  }
}
