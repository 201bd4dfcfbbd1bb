/** Program of the key tests: prints both keys of a guest for each compiler as one line of JSON. Argument: a Question as JSON. */
import { keysOf } from './keys-of.ts'

export interface Question {
  readonly guest: string
  readonly compilers: readonly string[]
  readonly cacheDir?: string
}

const { guest, compilers, cacheDir } = JSON.parse(process.argv[2]!) as Question
const answers = []
for (const cc of compilers) {
  const { input, artifact } = await keysOf({ guest, options: { cc, ...(cacheDir !== undefined && { cacheDir }) } })
  answers.push({ cc, input, artifact })
}
process.stdout.write(JSON.stringify(answers))
