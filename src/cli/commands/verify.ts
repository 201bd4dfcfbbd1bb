/** `rvr verify`: are these the proofs of a run of a guest? */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import type { VerifyingKey } from '../../sdk/proofs/verifying-key.ts'
import type { Rvr } from '../../sdk/rvr.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { buildOptions, type BuildOptions } from '../options/build.ts'
import { addOptions, inputPath, option } from '../options/declare.ts'
import { guestOptions, loadOptions, type GuestOptions } from '../options/guest.ts'
import { keyOptions, type KeyOptions } from '../options/proofs.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { createRvr } from '../open-guest.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

interface VerifyOptions extends KeyOptions, GuestOptions, BuildOptions, ReportOptions {
  readonly key?: string
  readonly guest?: string
  readonly publicValues?: string
}

export function declareVerify(program: Command, shell: Shell): void {
  const command = program
    .command('verify')
    .argument('<proof...>', 'the proofs of all segments of a run, in order')
    .summary('verify the proofs of a run')
    .description(
      'Verifies each proof under a key, and that they are one run from start to end: every segment begins where the ' +
        'one before ended. Says how the guest ended, and with --public-values what it has revealed. A key is ' +
        'trusted: compare its digest with that of a key that you have made from the guest yourself.',
    )
  addOptions(command, [
    option('--key <file>', 'the verifying key').argParser(inputPath),
    option('--guest <file>', 'instead of a key: the guest, whose key is made').argParser(inputPath).conflicts('key'),
    option('--public-values <file>', 'the opening of what the guest has revealed: it is checked and told').argParser(
      inputPath,
    ),
    ...keyOptions(),
    ...guestOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 the proofs are right, whatever the guest's exit code is; 2 bad usage or
input; 3 no toolchain or compile failed; 5 a proof proves nothing, or segments are missing.

Examples:
  $ rvr verify proofs/0.proof proofs/1.proof --key proofs/key.vkey
  $ rvr verify proofs/0.proof --key proofs/key.vkey --public-values proofs/public-values.opening
  $ rvr verify proofs/0.proof --guest guest.elf`,
    )
    .action(async (files: string[], options: VerifyOptions) => shell.finish(await verify(files, options, shell)))
}

async function keyOf(rvr: Rvr, options: VerifyOptions, shell: Shell): Promise<VerifyingKey> {
  const { signal } = shell
  const { key, guest: file, set, threads } = options
  if (key === undefined && file === undefined)
    throw new RvrError('USAGE', 'with what the proofs are verified is missing', {
      hint: 'Give --key FILE, or --guest ELF to make the key from the guest.',
    })
  if (key !== undefined && set !== undefined)
    throw new RvrError('USAGE', '--set is for --guest: a key has its own', { hint: 'Leave it out.' })
  const { VerifyingKey: Key } = await import('../../sdk/proofs/verifying-key.ts')
  if (key !== undefined) return Key.read(key, { signal })
  const guest = await rvr.load(file!, loadOptions(options, shell))
  return guest.verifyingKey({ set, threads, signal })
}

async function verify(files: readonly string[], options: VerifyOptions, shell: Shell): Promise<number> {
  const { signal } = shell
  await using progress = createProgress(options, shell)
  await using rvr = await createRvr({ options, progress, shell })
  const key = await keyOf(rvr, options, shell)
  const verified = await rvr.verifyProofs(files, { key, publicValues: options.publicValues, signal })
  await progress.settle()
  const { verifiedAnswer } = await import('../../report/proofs/verified.ts')
  writeAnswer(verifiedAnswer(verified), options, shell)
  return EXIT_OK
}
