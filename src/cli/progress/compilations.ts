/** Progress of many compilations: a task list on a terminal, a plain line for each that ends elsewhere. */
import type { EventSink } from '../../events.ts'
import { BuildSteps } from './build-steps.ts'
import { isTerminal, warningText, type TextStream } from '../output/messages.ts'
import type { ProgressOptions } from './progress.ts'
import { TerminalList } from './terminal-list.ts'

/** Work shorter than this shows nothing. */
const DELAY_MS = 300
/** Lines of a terminal that does not say how many it has. */
const DEFAULT_ROWS = 24

interface Task {
  readonly name: string
  readonly steps: BuildSteps
  title: string
  state: 'waiting' | 'active' | 'done' | 'failed' | 'stopped'
}

export class CompilationProgress implements AsyncDisposable {
  readonly #stream: TextStream
  readonly #options: ProgressOptions
  readonly #tasks: readonly Task[]
  readonly #begin = performance.now()
  readonly #timer: NodeJS.Timeout | undefined
  readonly #list: TerminalList
  #ended = 0

  /** `parallel`: how many of the tasks are worked on at a time. */
  constructor(options: ProgressOptions, names: readonly string[], parallel: number) {
    this.#stream = options.stream
    this.#list = new TerminalList(options.stream)
    this.#options = options
    this.#tasks = names.map(name => ({ name, title: name, state: 'waiting', steps: new BuildSteps() }))
    const rows = (options.stream as { rows?: number }).rows ?? DEFAULT_ROWS
    if (!options.quiet && isTerminal(options.stream) && names.length < rows - 1)
      this.#timer = setTimeout(() => this.#list.show(this.#tasks, parallel), DELAY_MS).unref()
  }

  /** For what concerns all of them: warnings and outcomes of the cache. */
  readonly sink: EventSink = event => {
    if (event.type === 'warning' && !this.#options.quiet)
      this.#write(warningText(this.#stream, event.message, event.hint))
    if (event.type === 'cache' && this.#options.verbose)
      this.#write(`rvr: cache ${event.counter}${event.times === undefined ? '' : ` × ${event.times}`}\n`)
    if (event.type === 'cache-miss' && this.#options.verbose)
      for (const reason of event.reasons) this.#write(`rvr: cache miss: ${reason}\n`)
  }

  begin(index: number): EventSink {
    const task = this.#tasks[index]!
    task.state = 'active'
    return event => {
      if (!task.steps.apply(event)) {
        this.sink(event)
        return
      }
      task.title = task.steps.active === undefined ? task.name : `${task.name}: ${task.steps.active.title}`
      this.#list.update()
    }
  }

  /** `remark` says how a task ended. */
  end(index: number, state: 'done' | 'failed' | 'stopped', remark: string): void {
    const task = this.#tasks[index]!
    task.state = state
    task.title = `${task.name} (${remark})`
    this.#ended++
    if (this.#list.isShown) this.#list.update()
    else if (
      state !== 'stopped' &&
      !this.#options.quiet &&
      this.#timer === undefined &&
      performance.now() - this.#begin > DELAY_MS
    )
      this.#write(`rvr: compiled ${this.#ended} of ${this.#tasks.length}, ${task.title}\n`)
  }

  #write(text: string): void {
    if (!this.#list.hold(text)) this.#stream.write(text)
  }

  /** Ends the list, so that results and errors can be written. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#list.settle(this.#options.signal?.aborted === true)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.settle()
  }
}
