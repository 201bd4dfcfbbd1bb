/** GDB's `monitor` commands: what rvr knows of a guest and GDB does not ask for. */
import type { Debugger } from '../sdk/debugger/debugger.ts'

interface Command {
  readonly name: string
  readonly summary: string
  answer(guest: Debugger, signal: AbortSignal): string | Promise<string>
}

const commands: readonly Command[] = [
  {
    name: 'instret',
    summary: 'instructions retired up to here',
    answer: ({ instret }) => `${instret} instructions`,
  },
  {
    name: 'cost',
    summary: 'trace cells up to here; the guest runs once more, in mode metered-cost',
    async answer(guest, signal) {
      using run = await guest.measured('metered-cost', signal)
      return `${run.cost} trace cells`
    },
  },
  {
    name: 'segments',
    summary: 'segments up to here; the guest runs once more, in mode metered',
    async answer(guest, signal) {
      using run = await guest.measured('metered', signal)
      const begins = [...run.segments.map(segment => segment.instretStart), run.openSegment?.instretStart]
      const lines = begins.filter(begin => begin !== undefined).map((begin, index) => `segment ${index} from ${begin}`)
      return [...lines, `${guest.instret} instructions`].join('\n')
    },
  },
  {
    name: 'help',
    summary: 'this list',
    answer: () => commands.map(({ name, summary }) => `monitor ${name.padEnd(8)}  ${summary}`).join('\n'),
  },
]

/** The answer to a command as lines; never rejects. */
export async function monitor(guest: Debugger, text: string, signal: AbortSignal): Promise<string> {
  const name = text.trim()
  const command =
    commands.find(one => one.name === name) ?? commands.find(one => name !== '' && one.name.startsWith(name))
  if (command === undefined) return `there is no monitor command ${JSON.stringify(name)}; monitor help lists them\n`
  try {
    return `${await command.answer(guest, signal)}\n`
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n`
  }
}
