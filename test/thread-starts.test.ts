/** Worker threads begin with the sources where those run: other tests give them the bundle. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { builderThread, generatorThread, guestThread } from '../src/thread-starts.ts'
import { program, useRvr } from './run/support.ts'

const host = useRvr('own', 'quick')

test.each([guestThread, generatorThread, builderThread])('%s is there, and no part of the bundle', file => {
  expect(file.pathname).toMatch(/\/src\/.*\.ts$/)
  expect(existsSync(file)).toBe(true)
})

test('a guest is compiled and run by threads that begin with sources', async () => {
  const guest = await host.rvr.load(program(64, code => code.op('terminate', { imm: 7 })))
  using run = await (await guest.compile('pure')).execute()
  expect(run.exitCode).toBe(7)
})
