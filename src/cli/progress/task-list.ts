/** Steps of a build, or many builds, as a task list on a terminal; loaded when there is something to show. */
import { DefaultRenderer, Listr, ListrDefaultRendererLogLevels as Level, ListrLogger, ProcessOutput } from 'listr2'
import { styled, type TextStream } from '../output/messages.ts'

const SHOW_CURSOR = '\u001B[?25h'

/** listr2 asks whether standard output is a terminal; the list goes to standard error, of which the caller knows. */
class Renderer extends DefaultRenderer {
  static override nonTTY = true
}

export interface ListedTask {
  readonly title: string
  /** `stopped`: given up, which is no failure. */
  readonly state: 'waiting' | 'active' | 'done' | 'failed' | 'stopped'
}

export interface TaskList {
  /** Draws what changed in the steps. */
  update(): void
  /**
   * Draws the list for the last time, without the steps that never began; a step that is still active has failed, or
   * was stopped.
   */
  close(isStopped: boolean): Promise<void>
}

/**
 * Shows a list that follows `steps`, which the caller changes; `parallel` of them at a time. Until it is closed nobody
 * else may write to the stream.
 */
export function openTaskList(stream: TextStream, steps: readonly ListedTask[], parallel = 1): TaskList {
  // Only terminals get here, and those of a process are write streams.
  const terminal = stream as NodeJS.WriteStream
  const logger = new ListrLogger<Level>({
    useIcons: true,
    toStderr: [],
    processOutput: new ProcessOutput(terminal, terminal, { dump: ['stdout'], leaveEmptyLine: false }),
  })
  const color =
    (style: 'good' | 'error' | 'warning' | 'dim') =>
    (text?: string): string =>
      styled(stream, style, text ?? '')
  const ends = steps.map(() => Promise.withResolvers<'done' | 'stopped'>())
  for (const { promise } of ends) promise.catch(() => {}) // whichever the list has not come to when it is closed
  let isClosed = false

  const list = new Listr<unknown, typeof Renderer>(
    steps.map((step, index) => ({
      title: step.title,
      enabled: () => !isClosed || step.state !== 'waiting',
      task: async (_, task) => {
        if ((await ends[index]!.promise) === 'stopped') task.skip()
      },
    })),
    {
      // Signals are the program's business: it stops the work and then closes the list.
      registerSignalListeners: false,
      concurrent: parallel > 1 ? parallel : false,
      exitOnError: parallel === 1,
      renderer: Renderer,
      rendererOptions: {
        logger,
        formatOutput: 'truncate',
        showErrorMessage: false,
        color: {
          [Level.PENDING]: color('warning'),
          [Level.COMPLETED]: color('good'),
          [Level.FAILED]: color('error'),
          [Level.WAITING]: color('dim'),
        },
      },
    },
  )
  const write = terminal.write.bind(terminal)
  const onExit = (): void => {
    write(SHOW_CURSOR)
  }
  process.once('exit', onExit)
  const update = (): void => {
    for (const [index, step] of steps.entries()) {
      const task = list.tasks[index]!
      if (task.title !== step.title) task.title$ = step.title
      if (step.state === 'done' || step.state === 'stopped') ends[index]!.resolve(step.state)
      if (step.state === 'failed') ends[index]!.reject(new Error(step.title))
    }
  }
  update()
  const finished = list.run().catch(() => {}) // the failure of a step: shown by the list, reported by the program
  return {
    update,
    async close(isStopped) {
      update()
      isClosed = true
      for (const [index, step] of steps.entries()) {
        if (step.state === 'waiting') {
          delete list.tasks[index]!.title // without a title it is not drawn
          ends[index]!.resolve('done')
        } else if (step.state === 'active' && isStopped) ends[index]!.resolve('stopped')
        else if (step.state === 'active') ends[index]!.reject(new Error(step.title))
      }
      await finished
      process.off('exit', onExit)
    },
  }
}
