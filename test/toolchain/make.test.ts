/** Running make: results, progress, errors, environment, and no process left behind. */
import { access, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Project } from '../../src/codegen/project.ts'
import { firstError } from '../../src/toolchain/compiler-errors.ts'
import { runMake } from '../../src/toolchain/make.ts'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { writeProject } from '../../src/toolchain/write-project.ts'
import { recorder, sampleProject, temporaryDirectory } from '../store/sample.ts'

const toolchain = await describeToolchain()

async function written(project: Project): Promise<string> {
  const directory = join(await temporaryDirectory(), 'a project')
  await writeProject(directory, project)
  return directory
}

const makeOnly = (content: string): Project => ({ files: [{ path: 'Makefile', content }], units: [] })

describe('runMake', () => {
  it('builds a library, counts objects, and leaves no temporary file', async () => {
    const directory = await written(sampleProject())
    const { events, sink } = recorder()
    await runMake(directory, toolchain, [], { planned: 2, jobs: 2, events: sink })
    expect(events.filter(event => event.type === 'object').at(-1)).toEqual({ type: 'object', done: 2, planned: 2 })
    expect((await readdir(directory)).toSorted()).toEqual([
      'Makefile',
      'entry.c',
      'entry.o',
      'guest.so',
      'unit_000.c',
      'unit_000.o',
    ])
  })

  it('builds equal files from equal projects in different directories', async () => {
    const [one, two] = await Promise.all([written(sampleProject()), written(sampleProject())])
    await Promise.all([runMake(one, toolchain), runMake(two, toolchain)])
    expect(await readFile(join(one, 'guest.so'))).toEqual(await readFile(join(two, 'guest.so')))
  })

  it('reports the first compiler error and keeps the project', async () => {
    const directory = await written(sampleProject({}, 'int answer(void) { return nothing_here; }'))
    const error = await runMake(directory, toolchain).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'COMPILE_FAILED',
      message: expect.stringMatching(/unit_000\.c:1:\d+: error: .*nothing_here/) as string,
      details: { projectDir: directory },
    })
    expect((error as { hint: string }).hint).toContain(directory)
    await access(join(directory, 'unit_000.c'))
  })

  it('gives make exactly the listed environment', async () => {
    process.env['CFLAGS'] = '-O0'
    process.env['MAKEFLAGS'] = '-n'
    try {
      const directory = await written(makeOnly('guest.so:\n\t@env > environment\n'))
      await runMake(directory, toolchain)
      const names = (await readFile(join(directory, 'environment'), 'utf8'))
        .trim()
        .split('\n')
        .map(line => line.split('=')[0])
      const ofMakeAndShell = [
        'MAKEFLAGS',
        'MFLAGS',
        'MAKELEVEL',
        'MAKE_TERMOUT',
        'MAKE_TERMERR',
        'MAKEOVERRIDES',
        '_',
        'PWD',
        'SHLVL',
        'OLDPWD',
      ]
      // Variables of make's command line reach its children as well.
      expect(names.filter(name => !ofMakeAndShell.includes(name!)).toSorted()).toEqual([
        'CC',
        'CFLAGS',
        'LANG',
        'LC_ALL',
        'LDFLAGS',
        'PATH',
        'REGION_CFLAGS',
        'TMPDIR',
        'TZ',
      ])
      expect(await readFile(join(directory, 'environment'), 'utf8')).not.toMatch(/^CFLAGS=-O0$/m)
    } finally {
      delete process.env['CFLAGS']
      delete process.env['MAKEFLAGS']
    }
  })

  it('ends everything that make started when it is aborted', async () => {
    const directory = await written(makeOnly("guest.so: a b\na b:\n\t@sh -c 'echo $$$$ > $@.pid; sleep 600; true'\n"))
    const controller = new AbortController()
    const running = runMake(directory, toolchain, [], { signal: controller.signal, jobs: 2 })
    const pidOf = async (name: string): Promise<number> => {
      for (;;) {
        const text = await readFile(join(directory, name), 'utf8').catch(() => '')
        if (text.endsWith('\n')) return Number(text)
        await sleep(10)
      }
    }
    const pids = await Promise.all([pidOf('a.pid'), pidOf('b.pid')])
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
  })

  it('ends when it is aborted while make is being started', async () => {
    const directory = await written(makeOnly('all:\n\t@sleep 86400\n'))
    const controller = new AbortController()
    const made = runMake(directory, toolchain, [], { signal: controller.signal })
    controller.abort()
    await expect(made).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('does not start when it is aborted already', async () => {
    const directory = await written(sampleProject())
    await expect(runMake(directory, toolchain, [], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(await readdir(directory)).not.toContain('guest.so')
  })
})

/** A process that has ended but was not waited for by its new parent counts as ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  return status !== undefined && !/\) Z /.test(status)
}

describe('writeProject', () => {
  it.each(['../x', '/etc/x', 'a/../../x'])('refuses the path %s', async path => {
    await expect(
      writeProject(await temporaryDirectory(), { files: [{ path, content: '' }], units: [] }),
    ).rejects.toMatchObject({ code: 'INTERNAL' })
  })
  it('reports where it cannot write', async () => {
    const directory = await written(makeOnly(''))
    await expect(writeProject(join(directory, 'Makefile/x'), makeOnly(''))).rejects.toMatchObject({ code: 'IO' })
  })
})

describe('firstError', () => {
  it.each([
    [
      'CC a.o\na.c:1:2: warning: x\na.c:3:4: error: first\na.c:5:6: error: second\nmake: *** [a.o] Error 1',
      'a.c:3:4: error: first',
    ],
    ['clang: error: unsupported argument\nmake: *** [a.o] Error 1', 'clang: error: unsupported argument'],
    [
      "/usr/bin/ld: a.o: undefined reference to `f'\nmake: *** [x] Error 1",
      "/usr/bin/ld: a.o: undefined reference to `f'",
    ],
    ['CC a.o\nmake: *** [a.o] Error 1', 'make: *** [a.o] Error 1'],
  ])('finds it', (log, expected) => expect(firstError(log)).toBe(expected))
  it('finds none where there is none', () => expect(firstError('CC a.o\n')).toBeUndefined())
})
