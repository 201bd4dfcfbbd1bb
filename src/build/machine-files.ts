/** Step for developers: writes the files of the machines that rvr ships, figures of chips from their AIRs. */
import { writeFileSync } from 'node:fs'
import { shippedMachineText } from '../machine/shipped/text.ts'
import { resource } from '../resources.ts'

for (const xlen of [32, 64] as const) writeFileSync(resource(`src/machine/rv${xlen}im.json`), shippedMachineText(xlen))
