/** Build step: writes down the digest of the code generator, which bundled code can no longer compute. */
import { writeFileSync } from 'node:fs'
import { builtDigestFile, computeGenerator } from '../stages/library/generator-digest.ts'

writeFileSync(builtDigestFile(), `${JSON.stringify(computeGenerator())}\n`)
