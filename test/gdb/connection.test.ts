/** The protocol against a guest in the reference interpreter. */
import { expect, test } from 'vitest'
import { registerHex } from '../../src/gdb/hex.ts'
import { u64, type Debugger } from '../../src/index.ts'
import { fixture, program, useRvr, DATA, TEXT } from '../run/support.ts'
import { randomSource } from '../support/random.ts'
import { Client } from './client.ts'

const context = useRvr()

async function fibonacci(xlen: 32 | 64 = 64): Promise<Debugger> {
  const guest = await context.rvr.load(fixture('fibonacci', xlen))
  return guest.interpret('debug').debug({ inputs: [u64(40)] })
}

const hex = (text: string): string => Buffer.from(text).toString('hex')

test('a client learns what the guest is', async () => {
  using guest = await fibonacci(32)
  const client = new Client(guest)
  expect(await client.ask('qSupported:multiprocess+;swbreak+;hwbreak+')).toContain('ReverseContinue+')
  const xml = await client.ask('qXfer:features:read:target.xml:0,2000')
  expect(xml).toMatch(/^l[^]*<architecture>riscv:rv32<\/architecture>/)
  expect(xml.match(/bitsize="32"/g)).toHaveLength(33)
  expect(await client.ask('qXfer:exec-file:read::0,4')).toBe('m/som')
  expect(await client.ask('qXfer:exec-file:read::4,fff')).toBe('lewhere/guest.elf')
  expect(await client.ask('?')).toBe('T05thread:1;')
  expect(await client.ask('vMustReplyEmpty')).toBe('')
  expect(await client.ask('QStartNoAckMode')).toBe('OK')
})

test('registers, memory and the places behind them', async () => {
  using guest = await fibonacci()
  const client = new Client(guest)
  const values = [...guest.registers, BigInt(guest.pc)].map(value => registerHex(value, 64))
  expect(await client.ask('g')).toBe(values.join(''))
  expect(await client.ask('p20')).toBe(registerHex(BigInt(guest.pc), 64))
  expect(await client.ask('p21')).toBe('E0e')
  expect(await client.ask('Pa=2a00000000000000')).toBe('OK')
  expect(guest.registers[10]).toBe(42n)
  expect(await client.ask('Pa=2a')).toBe('E16')
  expect(await client.ask(`M400000,3:0a0b0c`)).toBe('OK')
  expect(await client.ask(`X400003,2:\u0001$`)).toBe('OK')
  expect(await client.ask('m400000,5')).toBe('0a0b0c0124')
  expect(await client.ask('M400000,3:0a0b')).toBe('E16')
  expect(await client.ask('m1ffffffe,8')).toHaveLength(4)
  expect(await client.ask('m20000000,1')).toBe('E0e')
  expect(await client.ask('mffffffffffffffff,ffffffffffffffff')).toBe('E0e')
  expect(await client.ask('M1fffffff,2:0000')).toBe('E0e')
})

test('breakpoints, steps, ways back and the end', async () => {
  using guest = await fibonacci()
  const client = new Client(guest)
  await client.ask('qSupported:swbreak+;hwbreak+')
  await client.ask('s')
  const place = guest.pc.toString(16)
  expect(await client.ask('bs')).toBe('T05thread:1;replaylog:begin;')
  expect(await client.ask(`Z0,${place},2`)).toBe('OK')
  expect(await client.ask('vCont;c:1')).toBe('T05thread:1;swbreak:;')
  expect(guest.instret).toBe(1n)
  expect(await client.ask(`z0,${place},4`)).toBe('OK')
  expect(await client.ask(`Z1,${place},4`)).toBe('OK')
  await client.ask('s')
  expect(await client.ask('bc')).toBe('T05thread:1;hwbreak:;')
  expect(guest.instret).toBe(1n)
  expect(await client.ask('bc')).toBe('T05thread:1;replaylog:begin;')
  await client.ask(`z1,${place},4`)
  expect(await client.ask('c')).toBe('W00')
  expect(await client.left).toBe('ended')
})

test('monitor commands', async () => {
  using guest = await fibonacci()
  const client = new Client(guest)
  await guest.step(7)
  expect(await client.ask(`qRcmd,${hex('instret')}`)).toBe(`O${hex('7 instructions\n')}`)
  expect(await client.next()).toBe('OK')
  expect(await client.ask(`qRcmd,${hex('cost')}`)).toMatch(/^O/)
  expect(await client.next()).toBe('OK')
  expect(await client.ask(`qRcmd,${hex('segments')}`)).toBe(`O${hex('segment 0 from 0\n7 instructions\n')}`)
  expect(await client.next()).toBe('OK')
  expect(await client.ask(`qRcmd,${hex('nonsense')}`)).toMatch(/^O/)
  expect(await client.next()).toBe('OK')
})

test('watched accesses stop the guest in front of them, behind them on the way back', async () => {
  const file = program(64, code =>
    code
      .li('s0', DATA)
      .li('a0', 5)
      .op('sw', { rs1: 's0', rs2: 'a0' })
      .op('lw', { rd: 'a1', rs1: 's0' })
      .op('sw', { rs1: 's0', rs2: 'a0', imm: 8 })
      .op('terminate', {}),
  )
  using guest = await (await context.rvr.load(file)).interpret('debug').debug()
  const client = new Client(guest)
  const place = DATA.toString(16)
  const far = (DATA + 8).toString(16)
  await client.ask(`Z2,${place},4`)
  await client.ask(`Z3,${place},1`)
  await client.ask(`Z4,${far},4`)
  const stops: bigint[] = []
  for (const wanted of [`watch:${place}`, `rwatch:${place}`, `awatch:${far}`]) {
    expect(await client.ask('c')).toBe(`T05thread:1;${wanted};`)
    stops.push(guest.instret)
  }
  expect(stops).toEqual([stops[0]!, stops[0]! + 1n, stops[0]! + 2n])
  await guest.step()
  for (const [index, wanted] of [`awatch:${far}`, `rwatch:${place}`, `watch:${place}`].entries()) {
    expect(await client.ask('bc')).toBe(`T05thread:1;${wanted};`)
    expect(guest.instret).toBe(stops[2 - index]! + 1n)
    await guest.stepBack()
  }
  expect(await client.ask('bc')).toBe('T05thread:1;replaylog:begin;')
  expect(await client.ask(`Z2,20000000,4`)).toBe('E0e')
  expect(await client.ask(`Z2,0,0`)).toBe('E16')
})

test('a trap is a signal with a text, and kills the guest that is given it', async () => {
  const guest = await context.rvr.load(fixture('traps', 64))
  using debug = await guest.interpret('debug').debug({ inputs: [new Uint8Array([1])] })
  const client = new Client(debug)
  expect(Buffer.from((await client.ask('c')).slice(1), 'hex').toString()).toContain('0x20000000')
  expect(await client.next()).toBe('T0bthread:1;')
  expect(await client.ask('bs')).toBe('T05thread:1;')
  expect(await client.ask('c')).toMatch(/^O/)
  expect(await client.next()).toBe('T0bthread:1;')
  expect(await client.ask('C0b')).toBe('X0b')
  expect(await client.left).toBe('ended')
})

test('an interrupt stops a guest that never ends; a client that goes away leaves it where it is', async () => {
  const file = program(64, code => code.label('loop').op('jal', { target: 'loop' }))
  using guest = await (await context.rvr.load(file)).interpret('debug').debug()
  const client = new Client(guest)
  const stopped = client.ask('c')
  await new Promise(resolve => setTimeout(resolve, 20))
  client.raw('\u0003')
  expect(await stopped).toBe('T02thread:1;')
  expect(guest.pc).toBe(TEXT)
  client.raw('$c#63')
  client.connection.close()
  expect(await client.left).toBe('closed')
  const next = new Client(guest)
  expect(await next.ask('?')).toBe('T02thread:1;')
  expect(await next.ask('D')).toBe('OK')
  expect(await next.left).toBe('detached')
})

test('no packet does harm, whatever is in it', async () => {
  using guest = await fibonacci()
  const client = new Client(guest)
  const below = randomSource(7)
  const letters = 'gGpPmMXzZHTqQv?!,;:=0123456789abcdef*}#$ \u00ff'
  const noise = (): string => Array.from({ length: below(24) }, () => letters[below(letters.length)]).join('')
  const beginnings = [
    ...'gGpPmMXzZHTqQv?!',
    'vCont;r',
    'vCont;s:',
    'c!',
    'S',
    'qXfer:features:read:target.xml:',
    'qRcmd,x',
  ]
  for (let round = 0; round < 500; round++) {
    const body = `${beginnings[below(beginnings.length)]}${noise()}`
    if (/^(vCont;(s|r[0-9a-f]+,[0-9a-f]+)|S[0-9a-f]|c[0-9a-f]*$)/i.test(body)) continue
    client.raw(Buffer.from(`${noise()}#zz`, 'latin1'))
    const answer = await client.ask(body)
    expect(answer, body).toMatch(
      /^(E[0-9a-f]{2}|OK|T05thread:1;|[lmQ].*|([0-9a-f]{2})*|PacketSize.*|Text.*|vCont.*|O[0-9a-f]*|0)$/s,
    )
    if (answer.startsWith('O') && answer !== 'OK') expect(await client.next()).toMatch(/^(OK|E01)$/)
  }
  expect(await client.ask('g')).toHaveLength(33 * 16)
})
