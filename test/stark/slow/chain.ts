/** The segments of one run (§9). */
import { publicsByAir, type Key } from './key.ts'
import { demand } from './rejected.ts'
import { verify } from './verify.ts'

const ROLE = { pcBefore: 1, pcAfter: 2, isLast: 3, exitCode: 4, rootBefore: 5, rootAfter: 6 }

export interface Result {
  readonly exitCode: number
  readonly finalRoot: readonly number[]
}

/** @throws {Rejected} of the step of a segment, or of step 11: the segments do not belong together */
export function verifyRun(key: Key, segments: readonly Uint8Array[]): Result {
  demand(segments.length > 0, 11, 'no segment')
  const starts = (role: number): number[] => key.starts.filter(start => start.role === role).map(({ value }) => value)
  let pc = starts(ROLE.pcBefore)
  let memory = starts(ROLE.rootBefore)
  let exitCode = 0
  for (const [index, bytes] of segments.entries()) {
    const { publics } = verify(key, bytes)
    const valuesOf = (role: number): readonly number[] => {
      const found = key.roles.find(each => each.role === role)
      demand(found !== undefined, 11, `no role ${role}`)
      return publicsByAir(key.airs, publics)[found.air]!.slice(found.first, found.first + found.count)
    }
    demand(same(valuesOf(ROLE.pcBefore), pc), 11, `program counter before segment ${index}`)
    demand(same(valuesOf(ROLE.rootBefore), memory), 11, `memory before segment ${index}`)
    pc = [...valuesOf(ROLE.pcAfter)]
    memory = [...valuesOf(ROLE.rootAfter)]
    exitCode = valuesOf(ROLE.exitCode)[0]!
    const isLast = valuesOf(ROLE.isLast)[0]!
    demand(isLast === (index === segments.length - 1 ? 1 : 0), 11, `segment ${index} is the last or is not`)
  }
  return { exitCode, finalRoot: memory }
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((word, index) => word === b[index])
