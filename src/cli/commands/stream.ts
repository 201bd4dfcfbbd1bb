/** `rvr stream`: items that guests pull by kind and key. */
import type { Command } from 'commander'
import type { Shell } from '../shell.ts'
import { declareEmitStream } from './stream/emit.ts'
import { declareRecord } from './stream/record.ts'

export function declareStream(program: Command, shell: Shell): void {
  const group = program
    .command('stream')
    .usage('<command> [options]')
    .helpCommand(false)
    .summary('items that a guest pulls where it needs them')
    .description(
      'Streamed witnesses: items that a guest pulls by kind and key where it needs them (docs/streaming.md).',
    )
    .addHelpText(
      'after',
      `
Example:
  $ rvr stream record guest.elf --store items --input file:block.bin -o order.json
  $ rvr stream emit order.json --store items -o block.stream
  $ rvr run guest.elf --input file:block.bin --stream block.stream`,
    )
  declareRecord(group, shell)
  declareEmitStream(group, shell)
}
