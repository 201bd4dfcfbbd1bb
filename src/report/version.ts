/** What `rvr --version --verbose` prints: versions that a report of a fault needs. */
import { generatorDigest } from '../stages/library/generator-digest.ts'
import { RvrError } from '../errors.ts'
import { VERSION as ARCHIVE_VERSION } from '../archive/frame.ts'
import { ABI_VERSION } from '../load/abi-version.ts'
import { describeToolchain, type Toolchain } from '../toolchain/toolchain.ts'
import { version } from '../version.ts'
import { line } from './form/table.ts'

const DIGEST_DIGITS = 16

function toolchainText({ cc, ld, make, family, version: found, arch, targetCpu }: Toolchain): string {
  return [
    line('compiler', `${cc.path}: ${family} ${found.join('.')} for ${arch}, target CPU ${targetCpu}`),
    line('linker', `${ld.path} (${ld.version})`),
    line('make', `${make.path} (${make.version})`),
  ].join('')
}

/** The compiler that would be used, or why there is none. */
async function compilerText(): Promise<string> {
  try {
    return toolchainText(await describeToolchain({}))
  } catch (error) {
    if (!(error instanceof RvrError)) throw error
    return line('compiler', `none: ${error.message}`)
  }
}

export async function versionText(): Promise<string> {
  return [
    line('rvr', version),
    line('library ABI', String(ABI_VERSION)),
    line('code generator', generatorDigest().slice(0, DIGEST_DIGITS)),
    line('archives', `format ${ARCHIVE_VERSION}`),
    line('node', `${process.version} for ${process.platform} ${process.arch}`),
    await compilerText(),
  ].join('')
}
