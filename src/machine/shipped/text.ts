/** The text of a shipped machine's file, from what is said of it beside this file and from its AIRs. */
import { shippedAirs } from '../../air/load.ts'
import type { Xlen } from '../../elf/image.ts'
import { resourceText } from '../../resources.ts'
import { withFigures } from '../airs.ts'
import type { Chip, MachineFile } from '../file.ts'

/** A chip is a line. */
function chipText(chip: Chip): string {
  const fields = Object.entries(chip).map(([field, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map(each => JSON.stringify(each)).join(', ')}]`
      : JSON.stringify(value)
    return `${JSON.stringify(field)}: ${text}`
  })
  return `    {${fields.join(', ')}}`
}

export function shippedMachineText(xlen: Xlen): string {
  const path = `src/machine/shipped/rv${xlen}im.json`
  const data = JSON.parse(resourceText(path)) as Record<string, unknown>
  const {
    airs: _,
    chips,
    ...file
  } = withFigures(data, shippedAirs(xlen), `rv${xlen}im`, path) as unknown as MachineFile
  const head = JSON.stringify(file, undefined, 2).slice(0, -2)
  return `${head},\n  "chips": [\n${chips.map(chipText).join(',\n')}\n  ]\n}\n`
}
