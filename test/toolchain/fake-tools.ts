/** Programs that pretend to be compilers, so that tests see which are started. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes an executable shell script. */
export async function script(path: string, body: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${body}\n`)
  await chmod(path, 0o755)
  return path
}

const machine = process.arch === 'arm64' ? '__aarch64__' : '__x86_64__'

/** A fake clang of a version; every start is noted in `<directory>/starts`. `extra` runs first. */
export async function fakeClang(directory: string, name: string, major: number, extra = ''): Promise<string> {
  return script(
    join(directory, name),
    `echo "$0 $*" >> "${join(directory, 'starts')}"
${extra}
case "$*" in
  *--version*) echo "clang version ${major}.1.0" ;;
  *-print-prog-name=*) echo /usr/bin/ld ;;
  *-\\#\\#\\#*) echo " \\"$0\\" \\"-cc1\\"" >&2 ;;
  *) printf '#define __STDC__ 1\\n#define ${machine} 1\\n#define __clang_major__ ${major}\\n#define __clang_minor__ 1\\n#define __clang_patchlevel__ 0\\n#define __AVX2__ 1\\n' ;;
esac`,
  )
}

/** A fake GNU make. */
export async function fakeMake(directory: string): Promise<string> {
  return script(join(directory, 'make'), 'echo "GNU Make 4.3"')
}
