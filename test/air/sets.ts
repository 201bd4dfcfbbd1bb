/** The AIRs of the machines that rvr ships, with those that extensions bring. */
import { extendedAirs, shippedAirs, type LoadedAirs } from '../../src/air/load.ts'
import type { Xlen } from '../../src/elf/image.ts'
import type { Extension } from '../../src/extensions/extension.ts'
import { int256 } from '../../src/extensions/int256/extension.ts'

/** Extensions with AIRs. */
export const withAirs: readonly Extension[] = [int256.create({})]

export const allAirs = (xlen: Xlen): LoadedAirs =>
  withAirs.reduce((set: LoadedAirs, { airs }) => {
    const list = airs?.[xlen]
    return list === undefined ? set : extendedAirs(set, list)
  }, shippedAirs(xlen))
