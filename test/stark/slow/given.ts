/** The published systems, which are no part of this repository: where they lie beside it. */
import { readFileSync } from 'node:fs'
import { givenFile } from '../../air/given.ts'

const SETS = ['test', 'fast', 'default', 'small']

/** `fib.default`, … */
export const givenProofs = [...SETS.map(set => `fib.${set}`), ...SETS.map(set => `lookup.${set}`), 'five.test']

export const isGiven = givenFile('stark/fib.airs.json') !== undefined

/** `fib.test.proof`, `fib.test.vkey`, `fib.traces`, `fib.airs.json` */
export const givenBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(givenFile(`stark/${name}`)!))
