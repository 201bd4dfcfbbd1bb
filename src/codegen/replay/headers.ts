/** What the C of a trace engine has in common: what handlers know, and apart from that what follows from all AIRs. */
import type { AirSet } from '../../air/air.ts'
import { histogramLayout, lookupTables } from '../../air/lookups.ts'
import { MEMORY_BYTES, type Xlen } from '../../elf/image.ts'
import type { Convention } from '../convention.ts'
import type { ProjectFile } from '../project.ts'
import { numberTypes } from '../runtime.ts'
import type { AccessKinds } from './menders.ts'
import { PUBLIC_BYTES } from './row-text.ts'

type Numbers = Readonly<Record<string, number>>

const enumText = (numbers: Numbers): string =>
  `enum { ${Object.entries(numbers)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')} };`

/**
 * It is the same for machines that differ in AIRs without instructions alone: so handlers are compiled once for all of
 * them.
 */
export function engineHeader(
  { xlen, convention }: { readonly xlen: Xlen; readonly convention: Convention },
  operations: number,
): string {
  const blockBytes = xlen / 8
  const memoryBlocks = MEMORY_BYTES / blockBytes
  const numbers = {
    XLEN: xlen,
    MEMORY_BLOCKS: memoryBlocks,
    BLOCKS: memoryBlocks + PUBLIC_BYTES / blockBytes,
    OP_END: 0,
    OP_OUTSIDE: operations + 1,
    OP_BLOCK: operations + 2,
  }
  const cold = convention.verifies
    ? '__attribute__((cold, noinline))'
    : '__attribute__((cold, noinline, preserve_most))'
  return `/* The machine whose tables are filled. */
#pragma once
#include <stdint.h>
#define CONVENTION ${convention.attribute}
#define TAIL ${convention.tail}
#define COLD ${cold}
#define EXPORT __attribute__((visibility("default")))
${enumText(numbers)}
${numberTypes(xlen)}
#include "arithmetic.h"
#include "replay.h"
`
}

/** Numbers and tables of all AIRs. */
export function airFiles(set: AirSet, kinds: AccessKinds): ProjectFile[] {
  const { airs } = set
  const widths = airs.map(({ columns }) => columns.length)
  const ofInstructions = widths.filter((_, index) => airs[index]!.instructions.length > 0)
  const numbers = {
    AIRS: airs.length,
    KINDS: kinds.count,
    HISTOGRAM: histogramLayout(lookupTables(set)).length,
    /* Columns of the widest AIR of an instruction. */
    WIDEST: ofInstructions.reduce((a, b) => Math.max(a, b), 1),
  }
  const header = `/* The AIRs. */
#pragma once
#include "engine.h"
${enumText(numbers)}
`
  const tables = `#include "airs.h"

const uint32_t widths[] = { ${widths.join(', ')} };
const uint32_t kind_airs[] = { ${kinds.airs.join(', ')} };
const uint32_t first_kinds[] = { ${airs.map((_, air) => kinds.kindOf(air, 0)).join(', ')} };
`
  return [
    { path: 'airs.h', content: header },
    { path: 'airs.c', content: tables },
  ]
}
