/** What an option's value is refused for begins with the option's name. */
import type { Command, Option } from 'commander'
import { RvrError } from '../../errors.ts'

function nameRefusal(option: Option): void {
  const { parseArg, long } = option
  if (parseArg === undefined) return
  option.argParser((value, earlier) => {
    try {
      return parseArg(value, earlier as never)
    } catch (error) {
      if (!(error instanceof RvrError) || error.message.includes(`${long}`)) throw error
      throw new RvrError(error.code, `${long}: ${error.message}`, {
        hint: error.hint,
        cause: error.cause,
        details: { ...error.details, option: long },
      })
    }
  })
}

/** For all options of a command and of those below it. */
export function nameRefusals(command: Command): void {
  command.options.forEach(nameRefusal)
  command.commands.forEach(nameRefusals)
}
