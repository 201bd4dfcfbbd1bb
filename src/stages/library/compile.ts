/** Guest → project → library in a directory: units are compiled while later ones are written. */
import { checkIncludes } from '../../toolchain/includes.ts'
import { Build } from '../make/build.ts'
import type { ObjectReuse } from '../make/objects.ts'
import type { WrittenProject } from '../make/written.ts'
import { partsOf } from '../key.ts'
import type { Compilation } from './compilation.ts'
import { contextParts } from './parts.ts'
import { generateProject } from './project.ts'
import type { BuildTiming } from './request.ts'

interface Compiled {
  readonly project: WrittenProject
  readonly timing: BuildTiming
  readonly objects: ObjectReuse
}

/** @throws RvrError `COMPILE_FAILED`, `CONFIG_INVALID`, `IO`, `ABORTED`. */
export async function compile(compilation: Compilation, directory: string): Promise<Compiled> {
  const { toolchain, makeArguments, signal, inputs, services } = compilation
  const { cache, slots, events } = services
  const { extensions } = compilation.request.abi
  await using build = new Build({
    directory,
    toolchain,
    makeArguments,
    cache,
    slots,
    events,
    signal,
    // Sources of extensions have objects of their own, which are not stored.
    unitContext: cache.state === 'off' ? undefined : inputs && partsOf(contextParts, { ...inputs, extensionFiles: [] }),
  })
  const { project, timing } = await generateProject(compilation, {
    directory,
    receive: files => build.add(files),
  })
  const compileMs = await build.finish(project)
  await checkIncludes(directory, extensions)
  return { project, timing: { ...timing, compileMs }, objects: build.objects }
}
