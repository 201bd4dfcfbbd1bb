/** One client of GDB's remote serial protocol and the guest that it debugs, whatever carries the bytes. */
import { messageOf } from '../errors.ts'
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { MALFORMED, OK, REFUSED, UNKNOWN } from './answers.ts'
import { Breakpoints } from './breakpoints.ts'
import { bytesOf, hexOf } from './hex.ts'
import { readMemory, writeBinary, writeHex } from './memory.ts'
import { monitor } from './monitor.ts'
import { packet, PacketReader, type Received } from './packets.ts'
import { answerQuery } from './queries.ts'
import { readAll, readOne, writeAll, writeOne } from './registers.ts'
import { go, resumeOf, type Resume } from './resume.ts'
import { byteHex } from './signals.ts'
import { stopReply } from './stop-reply.ts'

/**
 * How a client leaves: the guest goes on alone, ends here, has ended, or stands and waits for the next client
 * (`closed`).
 */
export type Leaving = 'detached' | 'killed' | 'ended' | 'closed'

export interface ConnectionOptions {
  readonly guest: Debugger
  /** The guest's path. */
  readonly file: string
  send(bytes: Uint8Array): void
  /** Ends whatever the guest is doing. */
  readonly signal: AbortSignal
}

/** Packets that wait while the guest runs: clients send one at a time. */
const MOST_WAITING = 16

export class Connection {
  readonly #options: ConnectionOptions
  readonly #reader = new PacketReader()
  readonly #breakpoints: Breakpoints
  readonly #waiting: string[] = []
  #isBusy = false
  #acknowledges = true
  #last: Uint8Array | undefined
  /** Names that the client knows for stops at breakpoints. */
  #known = { swbreak: false, hwbreak: false }
  #interrupt = new AbortController()
  readonly #left = Promise.withResolvers<Leaving>()
  #isClosed = false
  #isOver = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#breakpoints = new Breakpoints(options.guest)
    // What GDB expects of RISC-V: it executes the access itself, then compares values.
    options.guest.stopsInFront = true
  }

  /** Resolves when the client has left; rejects where the guest cannot be debugged any more. */
  get left(): Promise<Leaving> {
    return this.#left.promise
  }

  receive(bytes: Uint8Array): void {
    for (const received of this.#reader.read(bytes)) this.#take(received)
  }

  /** There is nobody any more at the other end. */
  close(): void {
    this.#interrupt.abort()
    this.#isClosed = true
    if (!this.#isBusy) this.#leave('closed')
  }

  #take(received: Received): void {
    switch (received.type) {
      case 'interrupt':
        this.#interrupt.abort()
        return
      case 'damaged':
        if (this.#acknowledges) this.#raw('-')
        return
      case 'again':
        if (this.#last !== undefined) this.#options.send(this.#last)
        return
      case 'acknowledged':
        return
      case 'oversized':
        if (this.#acknowledges) this.#raw('+')
        this.#send(MALFORMED)
        return
      case 'packet':
        if (this.#acknowledges) this.#raw('+')
        if (this.#waiting.length >= MOST_WAITING) this.close()
        this.#waiting.push(received.body)
        void this.#work()
    }
  }

  /** One packet after another. */
  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      for (let body = this.#waiting.shift(); body !== undefined && !this.#isOver; body = this.#waiting.shift()) {
        const answer = await this.#answer(body)
        if (answer !== undefined) this.#send(answer)
      }
    } catch (error) {
      this.#isOver = true
      this.#left.reject(error)
    } finally {
      this.#isBusy = false
      if (this.#isClosed) this.#leave('closed')
    }
  }

  #answer(body: string): string | undefined | Promise<string | undefined> {
    const { guest, file } = this.#options
    const resume = resumeOf(body)
    if (resume === 'malformed') return MALFORMED
    if (resume !== undefined) return this.#resume(resume)
    const rest = body.slice(1)
    switch (body[0]) {
      case '?':
        return this.#stopReply(false)
      case 'g':
        return readAll(guest)
      case 'p':
        return readOne(guest, rest)
      case 'm':
        return readMemory(guest, rest)
      case 'G':
        return this.#changing(() => writeAll(guest, rest))
      case 'P':
        return this.#changing(() => writeOne(guest, rest))
      case 'M':
        return this.#changing(() => writeHex(guest, rest))
      case 'X':
        return this.#changing(() => writeBinary(guest, rest))
      case 'Z':
        return this.#breakpoints.change(rest, true)
      case 'z':
        return this.#breakpoints.change(rest, false)
      case 'H':
      case 'T':
        return /^[gc]?(-1|0*[01])$/.test(rest) ? OK : REFUSED
      case 'D':
        return this.#lastWord(OK, 'detached')
      case 'k':
        return this.#lastWord(undefined, 'killed')
      case 'v':
        return this.#answerV(body)
      case 'q':
        return body.startsWith('qRcmd,') ? this.#command(body.slice('qRcmd,'.length)) : this.#query(body, file)
      case 'Q':
        if (body !== 'QStartNoAckMode') return UNKNOWN
        this.#send(OK)
        this.#acknowledges = false
        return undefined
      default:
        return UNKNOWN
    }
  }

  #answerV(body: string): string | undefined {
    if (body === 'vCont?') return 'vCont;c;C;s;S;r'
    return body === 'vKill' || body.startsWith('vKill;') ? this.#lastWord(OK, 'killed') : UNKNOWN
  }

  #query(body: string, file: string): string {
    if (body.startsWith('qSupported'))
      this.#known = { swbreak: body.includes('swbreak+'), hwbreak: body.includes('hwbreak+') }
    return answerQuery(body, this.#options.guest, file)
  }

  async #command(text: string): Promise<string> {
    const bytes = bytesOf(text)
    if (bytes === undefined) return MALFORMED
    const { guest, signal } = this.#options
    this.#print(await monitor(guest, Buffer.from(bytes).toString(), signal))
    return OK
  }

  async #resume(resume: Resume): Promise<string | undefined> {
    const { guest, signal } = this.#options
    const { stop } = guest
    if (stop.reason === 'trap' && resume.signal !== undefined && resume.signal !== 0)
      return this.#lastWord(`X${byteHex(resume.signal)}`, 'ended')
    this.#interrupt = new AbortController()
    await go(guest, resume, { suspend: this.#interrupt.signal, signal })
    if (guest.stop.reason === 'trap') this.#print(`${guest.stop.trap.message}\n`)
    const reply = this.#stopReply(resume.action.endsWith('back'))
    return guest.stop.reason === 'end' ? this.#lastWord(reply, 'ended') : reply
  }

  #stopReply(isReverse: boolean): string {
    const { guest } = this.#options
    const name = this.#breakpoints.isHardware(guest.pc) ? 'hwbreak' : 'swbreak'
    return stopReply(guest.stop, { isReverse, breakpoint: this.#known[name] ? name : undefined })
  }

  /** What the guest does not let happen is an error of the client's. */
  #changing(change: () => string): string {
    try {
      return change()
    } catch (error) {
      this.#print(`${messageOf(error)}\n`)
      return REFUSED
    }
  }

  /** Shows the client's user a text; no longer than a packet. */
  #print(text: string): void {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += 4096) this.#send(`O${hexOf(bytes.subarray(from, from + 4096))}`)
  }

  #lastWord(answer: string | undefined, leaving: Leaving): undefined {
    if (answer !== undefined) this.#send(answer)
    this.#leave(leaving)
    return undefined
  }

  #leave(leaving: Leaving): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#breakpoints.clear()
    this.#left.resolve(leaving)
  }

  #send(body: string): void {
    this.#last = packet(body)
    if (!this.#isOver && !this.#isClosed) this.#options.send(this.#last)
  }

  #raw(mark: '+' | '-'): void {
    this.#options.send(Buffer.from(mark))
  }
}
