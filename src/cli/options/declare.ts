/** What declarations of options are made of. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { STANDARD_INPUT } from '../../files/standard-input.ts'

/** An option without a value, or with one that is taken as it is. */
export const option = (flags: string, description: string): Option => new Option(flags, description)

/** An option whose value is read by `parse`. */
export const valued = (flags: string, description: string, parse: (text: string) => unknown): Option =>
  new Option(flags, description).argParser(parse)

/** An option that may stand several times, each value read by `parse`; undefined where it does not stand. */
export const repeatable = (flags: string, description: string, parse: (text: string) => unknown): Option =>
  new Option(flags, description).argParser(collecting(parse))

/** The same, with an empty list where it does not stand. */
export const listed = (flags: string, description: string): Option =>
  repeatable(flags, description, text => text).default([], 'none')

/** Collects the values of what may stand several times. */
export const collecting =
  <Value>(parse: (text: string) => Value) =>
  (text: string, earlier: readonly Value[] = []): readonly Value[] => [...earlier, parse(text)]

/** Adds options in the order in which help shows them. */
export function addOptions(command: Command, options: readonly Option[]): Command {
  for (const each of options) command.addOption(each)
  return command
}

export const notEmpty = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It is empty.')
  return text
}

/** The path of a file to read, where `-` is standard input. */
export const inputPath = (text: string): string => (text === '-' ? STANDARD_INPUT : notEmpty(text))
