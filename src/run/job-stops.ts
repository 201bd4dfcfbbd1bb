/** The stops of a job while it runs: told of every place, and in front of the interpreter. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Interpreter, Stretch } from '../interp/interpreter.ts'
import { bytesAt } from '../program/access.ts'
import type { Hart } from '../program/hart.ts'
import type { Watchpoint } from '../program/stops.ts'
import type { Done } from './execute.ts'
import type { StopPlace, Stops, WatchedAccess } from './stops.ts'
import { accessesOf, type TracedAccess } from './trace.ts'

const meets = (watchpoint: Watchpoint, { access, address, bytes }: TracedAccess): boolean => {
  const wanted = watchpoint.access === 'any' || access === 'update' || access === watchpoint.access
  return wanted && address < watchpoint.address + watchpoint.length && watchpoint.address < address + bytes
}

/** The stops of a job while it runs, on its thread. */
export class JobStops {
  readonly #stops: Stops
  readonly #breakpoints: ReadonlySet<number>
  readonly #guest: { readonly image: Image; readonly abi: GuestAbi }
  /** Instructions that the job had executed before the interpreter's stretch at hand. */
  #before = 0n
  #watched: WatchedAccess | undefined
  #place: StopPlace | undefined
  /** The same of the leg at hand. */
  beforeLeg = 0n

  constructor(stops: Stops, guest: { readonly image: Image; readonly abi: GuestAbi }) {
    this.#stops = stops
    this.#breakpoints = new Set(stops.breakpoints)
    this.#guest = guest
  }

  /** Native code knows breakpoints, and watchpoints in some modes. */
  get allowsNative(): boolean {
    return this.#stops.within === undefined
  }

  /** Where the job stopped, or would have stopped last. */
  get place(): StopPlace | undefined {
    return this.#place
  }

  /** The guest stands at `pc` behind so many instructions of the leg: what does it stop for there? */
  at(pc: number, { instructions, isLast }: Done): 'breakpoint' | 'watchpoint' | undefined {
    const { findsLast, within } = this.#stops
    const done = this.beforeLeg + instructions
    this.#before = done
    const watched = this.#watched
    if (watched !== undefined) {
      this.#watched = undefined
      this.#place = { instructions: done, watched }
      return 'watchpoint'
    }
    if (this.#breakpoints.has(pc)) {
      const place: StopPlace = { instructions: done, watched: undefined }
      if (findsLast !== true && done > 0n) {
        this.#place = place
        return 'breakpoint'
      }
      if (findsLast === true && !isLast) this.#place = place
    }
    return within !== undefined && !isWithin(pc, within) ? 'breakpoint' : undefined
  }

  /** `plain`, which comes back wherever the job may have to stop. */
  interpreter(plain: Interpreter): Interpreter {
    const { watchpoints, within } = this.#stops
    const breakpoints = this.#breakpoints
    const mayStop = (pc: number): boolean => breakpoints.has(pc) || (within !== undefined && !isWithin(pc, within))
    const isWatching = watchpoints.length > 0
    return {
      ...plain,
      run: (hart, host, options): Stretch => {
        const most = Number(options.maxInstructions)
        const { until } = options
        let executed = 0
        while (executed < most) {
          const met = isWatching ? this.#metAt(plain, hart) : undefined
          const isFirst = this.#before === 0n && executed === 0
          if (met?.watched !== undefined && this.#stops.inFront === true && !isFirst) {
            this.#watched = met.watched
            return { reason: { type: 'leader' }, executed }
          }
          const next = (pc: number): boolean =>
            mayStop(pc) || until?.(pc) === true || (isWatching && this.#metAt(plain, hart, pc) !== undefined)
          const held = met === undefined || met.known ? undefined : this.#contents(hart)
          const maxInstructions = met === undefined ? most - executed : 1
          const stretch = plain.run(hart, host, { ...options, maxInstructions, until: next })
          const before = executed
          executed += stretch.executed
          const watched = stretch.executed > 0 && met !== undefined && (met.watched ?? this.#changed(hart, held))
          if (watched && !(this.#stops.inFront === true && met.known)) {
            if (this.#stops.findsLast === true) this.#place = { instructions: this.#before + BigInt(before), watched }
            else {
              this.#watched = watched
              return { reason: stretch.reason.type === 'limit' ? { type: 'leader' } : stretch.reason, executed }
            }
          }
          const { type } = stretch.reason
          if (type !== 'leader' && type !== 'limit') return { ...stretch, executed }
          if (mayStop(hart.pc) || until?.(hart.pc) === true) return { reason: { type: 'leader' }, executed }
        }
        return { reason: { type: 'limit' }, executed }
      },
    }
  }

  /** Does the instruction at `pc` meet a watchpoint, or may it, where it does not say what it accesses? */
  #metAt(
    plain: Interpreter,
    hart: Hart,
    pc = hart.pc,
  ): { readonly known: boolean; readonly watched?: WatchedAccess | undefined } | undefined {
    const instr = plain.instrAt(pc)
    if (instr === undefined) return undefined
    const { kind } = instr.row
    if (kind !== 'load' && kind !== 'store' && kind !== 'call' && kind !== 'host') return undefined
    for (const access of accessesOf(instr, hart, this.#guest.abi)) {
      const watchpoint = this.#stops.watchpoints.find(one => meets(one, access))
      if (watchpoint !== undefined) return { known: true, watched: { ...watchpoint, at: access.address } }
    }
    return kind === 'host' ? { known: false } : undefined
  }

  /** What is watched for writes, as it is. */
  #contents(hart: Hart): readonly Uint8Array[] {
    return this.#stops.watchpoints.map(({ address, length }) => bytesAt(hart, address, length).slice())
  }

  #changed(hart: Hart, held: readonly Uint8Array[] | undefined): WatchedAccess | undefined {
    const { watchpoints } = this.#stops
    const index = watchpoints.findIndex(({ access, address, length }, index) => {
      if (held === undefined || access === 'read') return false
      return Buffer.compare(bytesAt(hart, address, length), held[index]!) !== 0
    })
    const found = watchpoints[index]
    return found && { ...found, at: found.address }
  }
}

const isWithin = (pc: number, { from, to }: NonNullable<Stops['within']>): boolean => pc >= from && pc < to
