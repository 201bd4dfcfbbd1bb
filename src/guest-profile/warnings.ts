/** What a profile could not tell, in words. */
import { debugInfoOf } from '../elf/dwarf/debug-info.ts'
import type { Image } from '../elf/image.ts'
import { OTHER, type CallCounts } from '../modes/calls/counts.ts'

export function warningsOf(image: Image, counts: CallCounts, hasLines: boolean): string[] {
  const hasSymbols = image.symbols.some(({ kind }) => kind === 'function')
  const warnings = [...debugInfoOf(image).doubts]
  if (!hasSymbols) warnings.push('the guest has no function symbols: its functions are named by their addresses')
  if (!hasLines)
    warnings.push('the guest has no debug information: lines and inlined functions are unknown (compile it with -g)')
  const { unmatched, skipped, forgotten } = counts
  if (unmatched > 0) warnings.push(`${times(unmatched, 'return')} led to where no open call came from: see [unmatched]`)
  if (skipped > 0)
    warnings.push(`${times(skipped, 'call')} ended without a return of its own: longjmp, exceptions, switched stacks`)
  if (forgotten > 0) warnings.push(`${times(forgotten, 'open call')} had to be forgotten: too many were open at once`)
  const { paths } = counts
  if (paths.function.includes(OTHER))
    warnings.push('there was no room for all calling contexts: the rest count together in [other contexts]')
  return warnings
}

const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
