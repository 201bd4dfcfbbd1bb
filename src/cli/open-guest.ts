/** The guest that a command is about, with the SDK around it. */
import type { Guest } from '../sdk/guest.ts'
import type { RvrOptions } from '../sdk/options.ts'
import type { Rvr } from '../sdk/rvr.ts'
import { rvrOptions, type BuildOptions } from './options/build.ts'
import { loadOptions, type GuestOptions } from './options/guest.ts'
import type { ReportOptions } from './options/report.ts'
import type { Progress } from './progress/progress.ts'
import type { Shell } from './shell.ts'

export interface OpenGuest extends AsyncDisposable {
  readonly rvr: Rvr
  readonly guest: Guest
}

/** What a command that opens a guest has at hand. */
export interface Around extends AroundRvr {
  readonly options: BuildOptions & GuestOptions & ReportOptions
}

/** The same without a guest. */
interface AroundRvr {
  readonly options: BuildOptions & ReportOptions
  readonly progress: Pick<Progress, 'sink'>
  readonly shell: Shell
  /** Options of the SDK that no option of the command line means. */
  readonly own?: Pick<RvrOptions, 'pool' | 'remote'>
}

/** An Rvr as the options ask for. */
export async function createRvr({ options, progress, shell, own }: AroundRvr): Promise<Rvr> {
  const { Rvr: Sdk } = await import('../sdk/rvr.ts')
  return Sdk.create({ ...rvrOptions(options, progress, shell), ...own })
}

/** Loads the guest; both end when what is returned is disposed. */
export async function openGuest(file: string, around: Around): Promise<OpenGuest> {
  const rvr = await createRvr(around)
  try {
    const guest = await rvr.load(file, loadOptions(around.options, around.shell))
    return { rvr, guest, [Symbol.asyncDispose]: () => rvr[Symbol.asyncDispose]() }
  } catch (error) {
    await rvr[Symbol.asyncDispose]()
    throw error
  }
}
