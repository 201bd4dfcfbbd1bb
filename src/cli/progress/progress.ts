/** Progress of long work on standard error: a task list on a terminal, plain lines elsewhere. */
import type { RvrEvent, Stage } from '../../events.ts'
import { BuildSteps } from './build-steps.ts'
import { endLine, writeGuestText, writeLine } from '../output/guest-text.ts'
import { isTerminal, warningText, type TextStream } from '../output/messages.ts'
import { TerminalList } from './terminal-list.ts'

/** Work shorter than this shows nothing. */
const DELAY_MS = 300
/** Plain lines about finished objects come at most this often. */
const LINE_MS = 2000

const LABELS: Readonly<Record<Stage, string>> = {
  lift: 'lifting',
  codegen: 'generating C',
  compile: 'compiling',
  link: 'linking',
  publish: 'publishing',
  load: 'loading',
  execute: 'running',
}

/** Instructions in millions, with digits enough to see them move. */
function millions(count: number | bigint): string {
  const value = Number(count) / 1e6
  return value.toFixed(value < 10 ? 2 : 0)
}

export interface ProgressOptions {
  readonly stream: TextStream
  /** No progress and no warnings. */
  readonly quiet?: boolean
  /** Also the time of each stage and every cache outcome. */
  readonly verbose?: boolean
  /** Fires when the work is given up. */
  readonly signal?: AbortSignal
}

/** Shows events until disposed. What a guest prints is written through, whatever the options. */
export class Progress implements AsyncDisposable {
  readonly #stream: TextStream
  readonly #quiet: boolean
  readonly #verbose: boolean
  readonly #signal: AbortSignal | undefined
  #begin = performance.now()
  readonly #steps = new BuildSteps()
  #stages: Stage[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #list: TerminalList
  #lastLine = ''
  #lastLineAt = -Infinity
  /** The guest has printed. */
  #printed = false
  /** The last line is one that is drawn over. */
  #isDrawnOver = false

  constructor(options: ProgressOptions) {
    this.#stream = options.stream
    this.#list = new TerminalList(options.stream)
    this.#quiet = options.quiet ?? false
    this.#verbose = options.verbose ?? false
    this.#signal = options.signal
  }

  readonly sink = (event: RvrEvent): void => {
    switch (event.type) {
      case 'print':
        void this.print(event.bytes)
        break
      case 'progress':
        this.#showRate(event)
        break
      case 'warning':
        if (!this.#quiet) this.#write(warningText(this.#stream, event.message, event.hint))
        break
      case 'cache':
        if (this.#verbose) this.#say(`cache ${event.counter}${event.times === undefined ? '' : ` × ${event.times}`}`)
        break
      case 'cache-miss':
        if (this.#verbose) for (const reason of event.reasons) this.#say(`cache miss: ${reason}`)
        break
      case 'tier':
      case 'apc':
        if (this.#verbose) this.#say(event.message)
        break
      case 'candidates':
        this.#show(`building candidates, ${event.done} of ${event.planned}, ${event.saved} columns saved`)
        break
      case 'object':
        this.#steps.apply(event)
        this.#show(`compiling, objects ${event.done} of ${event.planned}`)
        break
      case 'trace':
        this.showStep(`segment ${event.segment} ${event.state}`, event.ms)
        break
      case 'stage':
        this.#stage(event)
        break
    }
  }

  /**
   * Ends the list, so that results and errors can be written. A step that is still going on is shown as failed, or as
   * stopped once the signal has fired.
   */
  async settle(): Promise<void> {
    clearTimeout(this.#timer)
    this.#clearOver()
    await this.#list.settle(this.#signal?.aborted === true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle()
    clearTimeout(this.#timer)
    if (isTerminal(this.#stream)) endLine(this.#stream)
  }

  #stage(event: RvrEvent & { type: 'stage' }): void {
    this.#steps.apply(event)
    this.#list.update()
    if (event.stage === 'execute') this.#clearOver()
    if (event.state === 'start') {
      // How long the guest runs is another matter than how long making it ready took.
      if (event.stage === 'execute') this.#begin = performance.now()
      this.#stages.push(event.stage)
      this.#show(LABELS[event.stage], true)
      return
    }
    this.#stages = this.#stages.filter(other => other !== event.stage)
    if (this.#verbose) this.#say(`${event.stage} ${(event.ms ?? 0).toFixed(1)} ms`)
    if (this.#stages.length === 0) clearTimeout(this.#timer)
  }

  /** Shows that a step has been done that is no stage: now and then, or each. */
  showStep(text: string, ms: number): void {
    if (this.#verbose) this.#say(`${text} ${ms.toFixed(1)} ms`)
    else this.#show(text)
  }

  /** Shows what is going on now, or as soon as the delay has passed. */
  #show(text: string, isNew = false): void {
    if (this.#quiet) return
    const now = performance.now()
    const wait = this.#begin + DELAY_MS - now
    clearTimeout(this.#timer)
    if (wait > 0) this.#timer = setTimeout(() => this.#show(text, isNew), Math.ceil(wait)).unref()
    else if (isTerminal(this.#stream) && this.#steps.active !== undefined) this.#draw()
    else if (!this.#printed && text !== this.#lastLine && (isNew || now - this.#lastLineAt > LINE_MS)) {
      this.#lastLine = text
      this.#lastLineAt = now
      this.#say(text)
    }
  }

  #draw(): void {
    this.#list.update()
    this.#list.show(this.#steps.list)
  }

  /**
   * Writes what the guest prints, on another stream where one is named; the promise resolves when the stream takes
   * more.
   */
  print(bytes: Uint8Array, stream: TextStream = this.#stream): Promise<void> | undefined {
    if (bytes.length === 0) return undefined
    this.#clearOver()
    this.#printed = true
    return writeGuestText(stream, bytes)
  }

  /**
   * How far the guest is: on a terminal alone, in a line that is drawn over, until the guest prints something itself.
   */
  #showRate({ instructions, perSecond }: RvrEvent & { type: 'progress' }): void {
    if (this.#quiet || this.#printed || !isTerminal(this.#stream)) return
    this.#drawOver(`running, ${millions(instructions)} million instructions, ${millions(perSecond)} million/s`)
  }

  /**
   * Shows how far a part of long work is, 0 to 1: on a terminal in a line that is drawn over, elsewhere its
   * name now and then, and with -v as it begins.
   */
  showPart(part: string, done: number): void {
    if (this.#verbose) {
      if (part !== this.#lastLine) this.#say(part)
      this.#lastLine = part
      return
    }
    if (!isTerminal(this.#stream)) this.#show(part)
    else if (!this.#quiet && !this.#list.isShown) this.#drawOver(`${part}, ${Math.floor(100 * done)} %`)
  }

  #drawOver(text: string): void {
    this.#clearOver()
    endLine(this.#stream)
    this.#stream.write(`rvr: ${text}`)
    this.#isDrawnOver = true
  }

  #clearOver(): void {
    if (this.#isDrawnOver) this.#stream.write('\r\u001B[K')
    this.#isDrawnOver = false
  }

  #say(text: string): void {
    this.#write(`rvr: ${text}\n`)
  }

  #write(text: string): void {
    if (this.#list.hold(text)) return
    this.#clearOver()
    writeLine(this.#stream, text)
  }
}
