/** Where the tables of mode `shards` lie for guests of a machine. */
import { shardsLayout, type ShardsLayout } from '../../layout/shards.ts'
import { meterLayoutOf } from '../../machine/leaves.ts'
import type { Machine } from '../../machine/machine.ts'

export const layoutOf = (machine: Machine): ShardsLayout => shardsLayout(machine.xlen, meterLayoutOf(machine).leafBytes)
