/** Build step: writes down digests of rvr's own code, which bundled code can no longer compute. */
import { writeFileSync } from 'node:fs'
import { builtCommitmentsFile, computeCommitments } from '../stages/commitment/code-digest.ts'
import { builtOptimiserFile, computeOptimiser } from '../stages/apc/optimiser-digest.ts'
import { builtDigestFile, computeGenerator } from '../stages/library/generator-digest.ts'

writeFileSync(builtDigestFile(), `${JSON.stringify(computeGenerator())}\n`)
writeFileSync(builtOptimiserFile(), `${JSON.stringify(computeOptimiser())}\n`)
writeFileSync(builtCommitmentsFile(), `${JSON.stringify(computeCommitments())}\n`)
