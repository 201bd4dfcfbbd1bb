/** Times the extensions' operations alone: `node test/bench/crypto/main.ts [--cpu x86-64] [--operations sha256,sha512] [--json]`. */
import { parseArgs } from 'node:util'
import { cryptoCases } from './cases.ts'
import { cryptoTable, measureCrypto } from './measure.ts'

const { values: options } = parseArgs({
  options: {
    cpu: { type: 'string', default: 'native' },
    operations: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const wanted = options.operations?.split(',')
const results = measureCrypto(
  options.cpu,
  cryptoCases().filter(({ operation }) => wanted?.includes(operation) ?? true),
)
console.log(options.json ? JSON.stringify(results, null, 2) : cryptoTable(results))
