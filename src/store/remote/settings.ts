/** Which remote cache to use and how far to trust it: options first, then the environment. */
import type { Environment } from '../../environment.ts'
import { RvrError } from '../../errors.ts'
import { readInputText } from '../../files/read.ts'

/** Milliseconds that a request may take. */
export interface RemoteTimeouts {
  /** Until the connection stands, name lookup included; default 100. */
  readonly connectMs?: number
  /** Longest silence of a connected server; default 2000. */
  readonly silenceMs?: number
  /** One whole request; default 30000. */
  readonly requestMs?: number
  /** What is left of uploads when an Rvr is disposed of; default 2000. */
  readonly closeMs?: number
}

/**
 * A cache on a server that several machines share (docs/cache.md, "Sharing between machines"). What is left out comes
 * from the environment.
 */
export interface RemoteOptions {
  /**
   * `http://` or `https://`, without credentials; `/ac/…` and `/cas/…` are below it. Default RVR_REMOTE_CACHE, else
   * there is no remote cache.
   */
  readonly url?: string
  /** Nothing is stored there. Default RVR_REMOTE_CACHE_READ_ONLY. */
  readonly readOnly?: boolean
  /**
   * A file that holds the secret which all who share entries know; default RVR_REMOTE_CACHE_SECRET_FILE, or the secret
   * itself in RVR_REMOTE_CACHE_SECRET.
   */
  readonly secretFile?: string
  /**
   * Use and store entries without a signature: whoever can write to the server can then run code here. Default
   * RVR_REMOTE_CACHE_UNSIGNED.
   */
  readonly unsigned?: boolean
  /**
   * A file that holds `bearer TOKEN` or `basic USER:PASSWORD`; default RVR_REMOTE_CACHE_CREDENTIALS, or a bearer token
   * in RVR_REMOTE_CACHE_TOKEN.
   */
  readonly credentialsFile?: string
  readonly timeouts?: RemoteTimeouts
}

export interface RemoteSettings {
  /** Without a slash at its end. */
  readonly url: string
  readonly readOnly: boolean
  /** Undefined: entries are neither signed nor checked. */
  readonly secret: Uint8Array | undefined
  /** The header `Authorization`. */
  readonly authorization: string | undefined
  readonly timeouts: Required<RemoteTimeouts>
}

const TIMEOUTS: Required<RemoteTimeouts> = { connectMs: 100, silenceMs: 2000, requestMs: 30_000, closeMs: 2000 }
/** A shorter secret can be guessed from one signed entry. */
const SECRET_BYTES = 16

const usage = (message: string, hint: string): RvrError => new RvrError('USAGE', message, { hint })

async function readLine(
  path: string,
  kind: 'secret' | 'credentials',
  signal: AbortSignal | undefined,
): Promise<string> {
  return (await readInputText(kind, path, signal)).replace(/\r?\n$/, '')
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usage(
      'the address of the remote cache is no http or https address',
      'Give one such as http://cache.example:8080/rvr.',
    )
  // Addresses are seen by everybody who sees the list of processes, and they are in messages.
  if (url.username !== '' || url.password !== '')
    throw usage(
      'the address of the remote cache holds credentials',
      'Put them into a file, and name it with RVR_REMOTE_CACHE_CREDENTIALS.',
    )
  if (url.search !== '' || url.hash !== '')
    throw usage(
      `the address of the remote cache ${url.href} has a query or a fragment`,
      'Leave out everything from ? or # on.',
    )
  return url.href.replace(/\/+$/, '')
}

/** `bearer TOKEN` or `basic USER:PASSWORD` as a header's value. */
function authorizationOf(text: string, origin: string): string {
  const [, scheme = '', value = ''] = /^(bearer|basic) ([\x20-\x7e]+)$/i.exec(text) ?? []
  if (scheme.toLowerCase() === 'bearer') return `Bearer ${value}`
  if (value.includes(':')) return `Basic ${Buffer.from(value).toString('base64')}`
  throw usage(
    `${origin} holds no credentials for the remote cache`,
    'It has to be one line: bearer TOKEN, or basic USER:PASSWORD.',
  )
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value)
}

/**
 * Undefined where no remote cache is named.
 *
 * @throws RvrError `USAGE`, `IO`: a remote cache that is set up wrongly is no fault of the server's.
 */
export async function remoteSettings(
  options: RemoteOptions | false | undefined,
  environment: Environment,
  signal?: AbortSignal,
): Promise<RemoteSettings | undefined> {
  const given = options === false ? undefined : (options?.url ?? environment['RVR_REMOTE_CACHE'])
  if (options === false || given === undefined || given === '') return undefined
  const url = parseUrl(given)
  const variable = (name: string): string | undefined => environment[`RVR_REMOTE_CACHE_${name}`] || undefined
  const secretFile = options?.secretFile ?? variable('SECRET_FILE')
  const secret = secretFile === undefined ? variable('SECRET') : await readLine(secretFile, 'secret', signal)
  const unsigned = options?.unsigned ?? isSet(variable('UNSIGNED'))
  if (secret === undefined && !unsigned) {
    throw usage(
      `the remote cache ${url} has no secret: whoever can write there could run code here`,
      'Name a file with a shared secret in RVR_REMOTE_CACHE_SECRET_FILE (openssl rand -hex 32 makes one), ' +
        'or accept the risk with --remote-cache-unsigned.',
    )
  }
  if (secret !== undefined && unsigned)
    throw usage('the remote cache has a secret and is to be used unsigned', 'Leave one of the two out.')
  if (secret !== undefined && Buffer.byteLength(secret) < SECRET_BYTES)
    throw usage(
      `the secret of the remote cache has less than ${SECRET_BYTES} bytes`,
      'openssl rand -hex 32 makes a good one.',
    )
  const credentialsFile = options?.credentialsFile ?? variable('CREDENTIALS')
  const token = variable('TOKEN')
  let authorization = token === undefined ? undefined : authorizationOf(`bearer ${token}`, 'RVR_REMOTE_CACHE_TOKEN')
  if (credentialsFile !== undefined)
    authorization = authorizationOf(await readLine(credentialsFile, 'credentials', signal), credentialsFile)
  return {
    url,
    authorization,
    readOnly: options?.readOnly ?? isSet(variable('READ_ONLY')),
    secret: secret === undefined ? undefined : Buffer.from(secret),
    timeouts: { ...TIMEOUTS, ...options?.timeouts },
  }
}
