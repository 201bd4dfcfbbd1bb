/** SQLite as a guest: a schema and its queries give what the same sources give natively, and what Node's own SQLite gives. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/index.ts'
import { expectSame, widths as allWidths } from '../run/support.ts'
import { witnessOf } from './built.ts'
import { COMPILE_MS, describeGuest, outputInQemu, outputOf, thorough } from './running.ts'
import { floats, scriptOf, statements } from './sql.ts'

/** Compiling SQLite takes minutes: `make real` does it. */
const modes = ['pure', 'metered-cost', 'metered']
const widths = allWidths.filter(xlen => thorough || xlen === 64)

/** What the guest prints, from another build of another version, with files in memory of SQLite's own kind. */
function outputOfNode(): string {
  const database = new DatabaseSync(':memory:')
  let output = ''
  for (const text of statements) {
    try {
      const statement = database.prepare(text)
      statement.setReadBigInts(true)
      statement.setReturnArrays(true)
      for (const row of statement.all() as unknown as unknown[][])
        output += `${row.map(value => value ?? '').join('|')}\n`
    } catch (error) {
      output += `error: ${(error as Error).message}\n`
    }
  }
  database.close()
  return output
}

describeGuest('sqlite-script', widths, guest => {
  const everything = [...statements, ...floats]
  const script = utf8(scriptOf(everything))

  test("Node's SQLite gives the same rows", () => {
    expect(outputOf(witnessOf('sqlite-script'), [], utf8(scriptOf(statements)))).toBe(outputOfNode())
  })

  test.for(widths)('RV%i in qemu gives what this machine gives', (xlen, { skip }) => {
    const found = outputInQemu('sqlite-script', xlen, script)
    if (found === undefined) return skip(`qemu-riscv${xlen} is not installed`)
    expect(found).toBe(outputOf(witnessOf('sqlite-script'), [], script))
  })

  test.runIf(thorough).each(widths)(
    'RV%i in every mode gives what this machine gives',
    async xlen => {
      const counts = new Set<bigint>()
      const expected = outputOf(witnessOf('sqlite-script'), [], script)
      for (const mode of modes) {
        const { run, stdout } = await guest.run(xlen, mode, 'native', { inputs: [script] })
        expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
        expect(stdout).toBe(expected)
        counts.add(run.instret)
        run.dispose()
      }
      expect(counts.size).toBe(1)
    },
    COMPILE_MS,
  )

  // What recursive queries compute takes the interpreter too long.
  const short = utf8(scriptOf(everything.filter(text => !text.includes('recursive'))))

  test.each(widths)(
    'RV%i in the interpreter gives what this machine gives',
    async xlen => {
      const interpreted = await guest.run(xlen, 'metered-cost', 'interp', { inputs: [short] })
      expect(interpreted.stdout).toBe(outputOf(witnessOf('sqlite-script'), [], short))
      if (thorough) {
        const native = await guest.run(xlen, 'metered-cost', 'native', { inputs: [short] })
        expectSame(native.run, interpreted.run)
        native.run.dispose()
      }
      interpreted.run.dispose()
    },
    COMPILE_MS,
  )
})
