/** --signature of `rvr run`: what a conformance test has written, in a file of its own. */
import type { Option } from 'commander'
import type { Image } from '../../elf/image.ts'
import { checkOutput, writeOutput } from '../../files/write.ts'
import type { Run } from '../../sdk/contract.ts'
import type { SignatureRange } from '../../report/run/signature.ts'
import { valued, notEmpty } from './declare.ts'

export interface SignatureOptions {
  readonly signature?: string
}

export const signatureOption = (): Option =>
  valued(
    '--signature <file>',
    'write what lies between the symbols begin_signature and end_signature when the guest has stopped, ' +
      'a word of 8 hex digits on each line',
    notEmpty,
  )

/** Asked before the guest runs. @throws RvrError `USAGE`, where there is no signature; `IO`. */
export async function checkSignature(options: SignatureOptions, image: Image): Promise<SignatureRange | undefined> {
  if (options.signature === undefined) return undefined
  const { signatureRange } = await import('../../report/run/signature.ts')
  const range = signatureRange(image)
  await checkOutput(options.signature)
  return range
}

export async function writeSignature(
  run: Run,
  range: SignatureRange | undefined,
  { signature }: SignatureOptions,
): Promise<{ signature?: string }> {
  if (signature === undefined || range === undefined) return {}
  const { signatureText } = await import('../../report/run/signature.ts')
  return { signature: await writeOutput(signature, put => put(signatureText(run, range))) }
}
