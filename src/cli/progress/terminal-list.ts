/** A task list on a terminal, opened once, and text that waits until it has ended. */
import type { TextStream } from '../output/messages.ts'
import type { ListedTask, TaskList } from './task-list.ts'

export class TerminalList {
  readonly #stream: TextStream
  /** From the moment it is asked for. */
  #list: Promise<TaskList | undefined> | undefined
  #open: TaskList | undefined
  #settled = false
  #held = ''

  constructor(stream: TextStream) {
    this.#stream = stream
  }

  get isShown(): boolean {
    return this.#list !== undefined
  }

  /** Shows the tasks, unless that has been done or the list has ended. */
  show(tasks: readonly ListedTask[], parallel?: number): void {
    if (this.#settled) return
    this.#list ??= import('./task-list.ts').then(({ openTaskList }) => {
      if (!this.#settled) this.#open = openTaskList(this.#stream, tasks, parallel)
      return this.#open
    })
  }

  /** Draws what has changed. */
  update(): void {
    this.#open?.update()
  }

  /** Keeps text until the list has ended; false where there is none. */
  hold(text: string): boolean {
    if (this.#list === undefined) return false
    this.#held += text
    return true
  }

  /** Ends the list, then writes what waited. What is still active has failed, or was stopped. */
  async settle(isStopped: boolean): Promise<void> {
    this.#settled = true
    await (await this.#list)?.close(isStopped)
    this.#list = this.#open = undefined
    if (this.#held !== '') this.#stream.write(this.#held)
    this.#held = ''
  }
}
