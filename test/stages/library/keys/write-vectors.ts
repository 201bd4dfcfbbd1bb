/** Writes the keys into cache-fixtures/keys anew, for when they are meant to change: `node test/stages/library/keys/write-vectors.ts`. */
import { writeFileSync } from 'node:fs'
import { composeKey } from '../../../../src/store/digest.ts'
import { computed, configurationsFile, partsFile, readConfigurations, readParts } from './vectors.ts'

const text = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const parts = readParts()
for (const vector of parts) vector.key = composeKey(vector.domain, vector.parts).key
writeFileSync(partsFile, text(parts))

const configurations = readConfigurations()
for (const vector of configurations.vectors) {
  const { artifact, input } = computed(configurations.base, vector)
  vector.artifactKey = artifact
  vector.inputKey = input
}
writeFileSync(configurationsFile, text(configurations))
