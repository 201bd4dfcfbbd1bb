/** Packets of GDB's remote serial protocol: `$body#checksum`, as bytes and as texts with a character for each byte. */

/** Characters of a body, escapes undone: what `qSupported` promises. */
export const MOST_BODY = 0x4000

const DOLLAR = 0x24
const HASH = 0x23
const ESCAPE = 0x7d
const STAR = 0x2a
const ESCAPED_BY = 0x20
const INTERRUPT = 0x03

/**
 * What a client has sent. `damaged`: a checksum is wrong, so it is to be sent again. `oversized`: a body that is longer
 * than allowed, which was dropped.
 */
export type Received =
  | { readonly type: 'packet'; readonly body: string }
  | { readonly type: 'interrupt' | 'damaged' | 'oversized' | 'acknowledged' | 'again' }

const MARKS: Readonly<Record<number, Received>> = {
  [INTERRUPT]: { type: 'interrupt' },
  0x2b: { type: 'acknowledged' },
  0x2d: { type: 'again' },
}

const hexDigit = (byte: number): number => Number.parseInt(String.fromCharCode(byte), 16)

/** Finds packets in a stream of bytes, which come in pieces of any size; keeps no more than one body. */
export class PacketReader {
  /** `between` packets, in a `body`, or behind its hash. */
  #state: 'between' | 'body' | 'checksum' = 'between'
  #body: number[] = []
  #isLong = false
  #isEscaped = false
  #sum = 0
  #digits: number[] = []

  read(bytes: Uint8Array): Received[] {
    return [...bytes].flatMap(byte => this.#take(byte) ?? [])
  }

  #take(byte: number): Received | undefined {
    // A packet that was cut off ends where the next one begins.
    if (byte === DOLLAR) {
      this.#begin()
      return undefined
    }
    if (this.#state === 'checksum') return this.#checksum(byte)
    if (this.#state === 'between') return MARKS[byte]
    if (byte === HASH) {
      this.#state = 'checksum'
      return undefined
    }
    this.#sum = (this.#sum + byte) & 0xff
    if (byte === ESCAPE && !this.#isEscaped) this.#isEscaped = true
    else {
      const decoded = this.#isEscaped ? byte ^ ESCAPED_BY : byte
      if (this.#body.length < MOST_BODY) this.#body.push(decoded)
      else this.#isLong = true
      this.#isEscaped = false
    }
    return undefined
  }

  #begin(): void {
    this.#state = 'body'
    this.#body = []
    this.#isLong = false
    this.#isEscaped = false
    this.#sum = 0
    this.#digits = []
  }

  #checksum(byte: number): Received | undefined {
    this.#digits.push(hexDigit(byte))
    const [high, low] = this.#digits
    if (low === undefined) return undefined
    this.#state = 'between'
    if (high! * 16 + low !== this.#sum) return { type: 'damaged' }
    if (this.#isLong) return { type: 'oversized' }
    return { type: 'packet', body: Buffer.from(this.#body).toString('latin1') }
  }
}

const mustEscape = (byte: number): boolean => byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR

/** The bytes of a packet; `body` has a character for each byte. */
export function packet(body: string): Uint8Array {
  const bytes: number[] = [DOLLAR]
  let sum = 0
  const add = (byte: number): void => {
    sum = (sum + byte) & 0xff
    bytes.push(byte)
  }
  for (const byte of Buffer.from(body, 'latin1')) {
    if (mustEscape(byte)) add(ESCAPE)
    add(mustEscape(byte) ? byte ^ ESCAPED_BY : byte)
  }
  return Buffer.concat([Uint8Array.from(bytes), Buffer.from(`#${sum.toString(16).padStart(2, '0')}`)])
}
