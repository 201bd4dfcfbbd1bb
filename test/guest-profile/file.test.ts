/** Guest profiles as files: what is written is read back, fits its schema, and what is damaged is refused with words. */
import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { asRvrError } from '../../src/cli/output/messages.ts'
import { checkGuestOf, guestProfileText, readGuestProfile } from '../../src/guest-profile/file.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { syntheticProfile } from './synthetic.ts'

const textOf = (profile: GuestProfile): string => [...guestProfileText(profile)].join('')
const schema = (name: string): AnySchemaObject =>
  JSON.parse(readFileSync(new URL(`../../docs/schemas/${name}.json`, import.meta.url), 'utf8')) as AnySchemaObject
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
ajv.addSchema(schema('common'), 'common.json')
const validate = ajv.compile(schema('guest-profile'))

test.for([
  { nodes: 2, seed: 1 },
  { nodes: 500, seed: 2, steps: 3, memory: true },
  { nodes: 20_000, seed: 3, lines: false },
])('%o', options => {
  const profile = syntheticProfile(options)
  const parts = [...guestProfileText(profile)]
  expect(Math.max(...parts.map(part => part.length))).toBeLessThan(100_000)
  const text = parts.join('')
  expect(readGuestProfile(text, 'x.json')).toEqual(profile)
  const data = JSON.parse(text) as Record<string, unknown>
  expect(validate(data) ? [] : validate.errors).toEqual([])
  // The schema knows every key.
  const described = schema('guest-profile')['properties'] as Record<string, { properties?: object }>
  expect(Object.keys(data).filter(key => !(key in described))).toEqual([])
  for (const table of ['nodes', 'costs', 'instructions', 'guest', 'totals'])
    expect(Object.keys(data[table] as object).filter(key => !(key in described[table]!.properties!))).toEqual([])
})

const good = syntheticProfile({ nodes: 60, seed: 5, steps: 2 })
const text = textOf(good)

interface Damage {
  readonly name: string
  readonly text: string
  readonly message: string
  readonly reason?: string
}
const replaced = (from: string | RegExp, to: string): string => {
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`there is no ${from}`)
  return changed
}
const damages: readonly Damage[] = [
  { name: 'nothing', text: '', message: 'it is no JSON, or is cut off' },
  { name: 'half of it', text: text.slice(0, text.length / 2), message: 'cut off' },
  { name: 'another file', text: '{"name":"x"}', message: 'it is no guest profile' },
  { name: 'no object', text: '[1]', message: 'it is no guest profile' },
  { name: 'counts alone', text: '{"format":"rvr profile","version":1}', message: 'execution counts alone' },
  { name: 'another version', text: replaced('"version":1', '"version":2'), message: 'version is 2', reason: 'version' },
  { name: 'no list of files', text: replaced(/"files":\[[^\]]*\]/, '"files":{}'), message: 'at files: wanted a list' },
  { name: 'a wrong digest', text: replaced('5555', '555x'), message: 'at guest.digest: wanted 64 hex digits' },
  { name: 'a far marker', text: replaced('"marker":1', '"marker":4000'), message: 'at steps.1.marker: wanted' },
  { name: 'no table', text: replaced('"costs":', '"cost":'), message: 'at costs.node: wanted a list' },
  { name: 'a text in a column', text: replaced('"parent":[-1,', '"parent":["-1",'), message: 'at nodes.parent.0' },
  { name: 'a fraction', text: replaced('"parent":[-1,', '"parent":[-1.5,'), message: 'at nodes.parent.0' },
  { name: 'what no column holds', text: replaced(/"node":\[\d+/, '"node":[4294967297'), message: 'at costs.node.0' },
  { name: 'a wrong parent', text: replaced('"parent":[-1,', '"parent":[-1,1,'), message: 'nodes.' },
  { name: 'a wrong sum', text: replaced(/"times":\[/, '"times":[1'), message: 'add up to' },
]

test.for(damages)('refused: $name', ({ text: damaged, message, reason = 'format' }) => {
  let error: unknown
  try {
    readGuestProfile(damaged, 'x.json')
  } catch (thrown) {
    error = thrown
  }
  const { code, message: found, hint, details } = asRvrError(error)
  expect({ code, details }).toMatchObject({ code: 'INPUT_INVALID', details: { path: 'x.json', reason } })
  expect(found).toContain('guest profile x.json: ')
  expect(found).toContain(message)
  expect(hint).toContain('rvr profile')
})

test('no cut or changed byte goes through, unless it says the same', () => {
  for (let at = 0; at < text.length; at += 97) {
    for (const changed of [text.slice(0, at), `${text.slice(0, at)}7${text.slice(at + 1)}`]) {
      try {
        const read = readGuestProfile(changed, 'x.json')
        // Names and places may be anything.
        expect(read.totals).toEqual(good.totals)
        expect(read.nodes.parent.length).toBe(good.nodes.parent.length)
      } catch (error) {
        if ((error as { code?: string }).code !== 'INPUT_INVALID') throw error
      }
    }
  }
})

test('where addresses count, the guest has to be the very one', () => {
  expect(() => checkGuestOf(good, { digest: good.guest.digest }, 'x.json')).not.toThrow()
  expect(() => checkGuestOf(good, { digest: '0'.repeat(64) }, 'x.json')).toThrow('another guest: synthetic.elf')
})
