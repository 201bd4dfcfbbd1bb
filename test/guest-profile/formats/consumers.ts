/** Programs that open profiles, where this machine has them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ProfileFormat, ProfileUnit } from '../../../src/guest-profile/formats/format.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'

export const exists = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined

/** The whole file. */
export function bytesOf(format: ProfileFormat, profile: GuestProfile, unit: ProfileUnit = 'instructions'): Buffer {
  return Buffer.concat(Array.from(format.write(profile, { unit }), chunk => Buffer.from(chunk as string)))
}

export const textOf = (...given: Parameters<typeof bytesOf>): string => bytesOf(...given).toString()

/** A directory that goes with the test. */
export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'rvr-formats-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A file of the profile that goes with the test. */
export function fileOf(format: ProfileFormat, profile: GuestProfile, unit?: ProfileUnit): string {
  const path = join(directory(), `profile${format.extension}`)
  writeFileSync(path, bytesOf(format, profile, unit))
  return path
}

/** What a program prints; it must end well and have nothing to complain of. */
export function output(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
    env: { ...process.env, ...env },
  })
  if (error !== undefined || status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${status} ${stderr}`, { cause: error })
  return stdout
}
