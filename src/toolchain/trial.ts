/** Compiles and links one function the way units of a guest are: whether a toolchain can do that is known when it has. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import { askingIn } from './capture.ts'
import { complaint } from './compiler-errors.ts'
import { toolEnvironment } from './environment.ts'
import { compileFlags, linkFlags, regionFlags } from './flags.ts'
import type { Toolchain } from './toolchain.ts'

/** @throws RvrError `COMPILE_FAILED` with what the compiler said, `IO` where there is no place to try. */
export async function tryToolchain({ cc, make, ld, family, version, arch, targetCpu, environment }: Toolchain): Promise<void> {
  let directory: string
  try {
    directory = await mkdtemp(join(resolve(tmpdir()), 'rvr-trial-'))
  } catch (cause) {
    throw new RvrError('IO', `no temporary directory can be made in ${tmpdir()}: ${messageOf(cause)}`, { hint: 'Free some space there, or set TMPDIR.', cause })
  }
  try {
    const source = join(directory, 'trial.c'), library = join(directory, 'trial.so')
    await writeFile(source, 'int trial(int value) { return value + 1; }\n')
    const ask = askingIn(toolEnvironment(environment, [cc.path, make.path, ld.path], directory))
    const { status, stdout, stderr } = await ask(cc.path, [...compileFlags(family, version[0], arch, targetCpu), ...regionFlags(family, arch), '-o', library, source, ...linkFlags()])
    if (status === 0) return
    throw new RvrError('COMPILE_FAILED', `${cc.path} cannot compile for ${targetCpu}: ${complaint(stderr) ?? complaint(stdout) ?? `it ended with status ${status}`}`, {
      hint: targetCpu === 'native' ? 'Run it by hand to see why, or name another one with --cc or RVR_CC.' : 'Name a CPU that this compiler knows with --target-cpu, or leave it out.', details: { cc: cc.path, log: stderr },
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
