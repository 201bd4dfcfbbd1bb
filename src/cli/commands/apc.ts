/** `rvr apc`: blocks of instructions that are proved in one row. */
import type { Command } from 'commander'
import type { Shell } from '../shell.ts'
import { declareAnalyze } from './apc/analyze.ts'
import { declareExecute } from './apc/execute.ts'
import { declareGenerate } from './apc/generate.ts'
import { declareOptimize } from './apc/optimize.ts'
import { declareProve } from './apc/prove.ts'
import { declareSelect } from './apc/select.ts'
import { declareSetup } from './apc/setup.ts'

export function declareApc(program: Command, shell: Shell): void {
  const group = program
    .command('apc')
    .usage('<command> [options]')
    .helpCommand(false)
    .summary('prove blocks of instructions in one row')
    .description('Autoprecompiles: blocks of instructions that are proved in one row (docs/apc.md).')
    .addHelpText('after', '\nExample:\n  $ rvr apc select guest.elf --profile-input u64:100 --autoprecompiles 10')
  declareGenerate(group, shell)
  declareSelect(group, shell)
  declareAnalyze(group, shell)
  declareSetup(group, shell)
  declareExecute(group, shell)
  declareProve(group, shell)
  declareOptimize(group, shell)
}
