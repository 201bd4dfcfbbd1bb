/** Compiles and links one function the way units of a guest are, to know whether a toolchain can. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError } from '../errors.ts'
import { askingIn } from './capture.ts'
import { complaint } from './compiler-errors.ts'
import { toolEnvironment } from './environment.ts'
import { compileFlags, linkFlags, regionFlags } from './flags.ts'
import type { Toolchain } from './toolchain.ts'

/** Tries in an empty directory. @throws RvrError `COMPILE_FAILED` with what the compiler said. */
export async function tryToolchain(
  { cc, make, ld, family, version, arch, targetCpu, environment }: Toolchain,
  directory: string,
): Promise<void> {
  const source = join(directory, 'trial.c')
  const library = join(directory, 'trial.so')
  await writeFile(source, 'int trial(int value) { return value + 1; }\n')
  const ask = askingIn(toolEnvironment(environment, [cc.path, make.path, ld.path], directory))
  const flags = compileFlags(family, version[0], arch, targetCpu)
  const { status, stdout, stderr } = await ask(cc.path, [
    ...flags,
    ...regionFlags(family, arch),
    '-o',
    library,
    source,
    ...linkFlags(),
  ])
  if (status === 0) return
  const said = complaint(stderr) ?? complaint(stdout) ?? `it ended with status ${status}`
  throw new RvrError('COMPILE_FAILED', `${cc.path} cannot compile for ${targetCpu}: ${said}`, {
    hint:
      targetCpu === 'native'
        ? 'Run it by hand to see why, or name another one with --cc or RVR_CC.'
        : 'Name a CPU that this compiler knows with --target-cpu, or leave it out.',
    details: { cc: cc.path, log: stderr },
  })
}
