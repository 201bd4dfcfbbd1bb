/** Build step: writes down the digest of the built code generator, so that a run does not have to read all of it. */
import { writeFileSync } from 'node:fs'
import { builtDigestFile, computeGenerator } from './generator-digest.ts'

writeFileSync(builtDigestFile(), `${JSON.stringify(computeGenerator())}\n`)
