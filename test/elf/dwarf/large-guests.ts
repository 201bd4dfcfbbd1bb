/** Large programs with debug information, from sources that the real guests fetch. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { whyNot } from '../../real-guests/built.ts'
import type { DebugGuestSpec } from './guests.ts'

const guests = fileURLToPath(new URL('../../../cache-fixtures/guests/real', import.meta.url))
const registry = fileURLToPath(new URL('../../../build/registry', import.meta.url))

const SECP256K1 = `${registry}/secp256k1/src/secp256k1.c`
const SQLITE = `${registry}/better-sqlite3/sqlite3.c`
const HEADERS = '-isystem /usr/lib/picolibc/riscv64-unknown-elf/include -w -Wl,--no-gc-sections'
const SECP_OPTIONS =
  '-DUSE_NUM_NONE -DUSE_FIELD_INV_BUILTIN -DUSE_SCALAR_INV_BUILTIN -DUSE_ENDOMORPHISM -DECMULT_WINDOW_SIZE=15 ' +
  '-DECMULT_GEN_PREC_BITS=4 -DUSE_FIELD_10X26 -DUSE_SCALAR_8X32'
const SQLITE_OPTIONS =
  '-DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -DSQLITE_OMIT_LOCALTIME'

interface LargeGuestSpec extends DebugGuestSpec {
  readonly name: string
}

/** Sources are there once `fetchSources` was called. */
export const secp256k1: Pick<DebugGuestSpec, 'sources' | 'options'> = {
  sources: [SECP256K1],
  options: [`-I${registry}/secp256k1`, ...`${HEADERS} ${SECP_OPTIONS} -Wl,-e,secp256k1_ecdsa_verify`.split(' ')],
}
export const sqlite: Pick<DebugGuestSpec, 'sources' | 'options'> = {
  sources: [SQLITE],
  options: [`-I${registry}/better-sqlite3`, ...`${HEADERS} ${SQLITE_OPTIONS} -Wl,-e,sqlite3_exec`.split(' ')],
}

/** Why there are none on this machine; undefined where they were fetched. */
export function fetchSources(): string | undefined {
  const missing = whyNot()
  if (missing !== undefined) return missing
  const relative = [SECP256K1, SQLITE].map(path => path.replace(registry, '../../../build/registry'))
  const environment = { ...process.env, MAKEFLAGS: '', MFLAGS: '' }
  const { status, stderr } = spawnSync('make', ['-s', '-C', guests, ...relative], {
    encoding: 'utf8',
    env: environment,
  })
  return status === 0 ? undefined : `the sources cannot be fetched: ${stderr}`
}

const named = (spec: DebugGuestSpec, library: string): LargeGuestSpec => ({
  ...spec,
  name: `${library} by ${spec.compiler}, RV${spec.xlen}, ${spec.flags.join(' ')}`,
})

export const largeGuests: readonly LargeGuestSpec[] = [
  named({ compiler: 'gcc', xlen: 64, flags: ['-O2', '-gdwarf-5'], ...secp256k1 }, 'secp256k1'),
  named({ compiler: 'gcc', xlen: 32, flags: ['-O3', '-flto', '-gdwarf-4'], ...secp256k1 }, 'secp256k1'),
  named({ compiler: 'clang', xlen: 64, flags: ['-O3', '-flto', '-gdwarf-5'], ...secp256k1 }, 'secp256k1'),
  named({ compiler: 'clang', xlen: 32, flags: ['-O2', '-gdwarf-4', '-gz'], ...secp256k1 }, 'secp256k1'),
  named({ compiler: 'gcc', xlen: 32, flags: ['-Os', '-gdwarf-4', '-gz'], ...sqlite }, 'SQLite'),
  named({ compiler: 'clang', xlen: 64, flags: ['-O2', '-gdwarf-5'], ...sqlite }, 'SQLite'),
]
