/** --env and --dir: what a guest of ABI linux has of this machine. */
import { InvalidArgumentError, type Option } from 'commander'
import { RvrError } from '../../errors.ts'
import type { GuestDirectory } from '../../extensions/linux/files/directories.ts'
import type { ExecuteOptions } from '../../sdk/options.ts'
import { repeatable } from './declare.ts'

/** HOST[:GUEST][:ro] */
function parseDirectory(text: string): GuestDirectory {
  const parts = text.split(':')
  const readOnly = parts.length > 1 && parts.at(-1) === 'ro'
  if (readOnly) parts.pop()
  const [host, guest] = parts
  if (parts.length > 2 || !host || guest === '')
    throw new InvalidArgumentError('Wanted: HOST, HOST:GUEST, HOST:ro or HOST:GUEST:ro.')
  return { host, guest, readOnly }
}

export const directoryOption = (): Option =>
  repeatable(
    '--dir <host[:guest][:ro]>',
    'a directory that a linux guest may use, at this path of its own; ro: for reading alone; repeatable',
    parseDirectory,
  ).default([], 'none')

/** @throws RvrError `USAGE` */
export function environmentOf(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      if (at < 1) throw new RvrError('USAGE', `${JSON.stringify(text)} is no variable`, { hint: 'Give NAME=VALUE.' })
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** What no saved run says. */
export const givenAnew = ({
  dir,
}: {
  readonly dir: readonly GuestDirectory[]
}): Pick<ExecuteOptions, 'directories'> => ({
  directories: dir.length > 0 ? dir : undefined,
})
