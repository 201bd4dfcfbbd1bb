/** Small systems with their keys, traces and proofs, which are no part of this repository: read where they lie. */
import { readFileSync } from 'node:fs'
import { givenFile } from '../air/given.ts'

/** The file of a system: `fib.test.vkey`; undefined where it is not there. */
export function givenBytes(name: string): Uint8Array | undefined {
  const file = givenFile(`stark/${name}`)
  return file && new Uint8Array(readFileSync(file))
}

export const isGiven = givenFile('stark/fib.airs.json') !== undefined

export const systemJson = (name: string): unknown =>
  JSON.parse(Buffer.from(givenBytes(`${name}.airs.json`)!).toString()) as unknown
