/** The verifier of proofs in C: keys that stay open, and verifications under them on other threads. */
import { RvrError } from '../errors.ts'
import type { LibraryFile } from './library-file.ts'
import { beside, type NativeFunction } from './native-functions.ts'
import { loadNative } from './native-library.ts'
import { FAULT_WORDS, faultOf, type ProofFault } from './stark-fault.ts'

const ACCEPTED = 1
const NO_MEMORY = 2

/** Words of `struct stark_chain`: segments, is-last, exit code, pc, root of the memory. */
const CHAIN_WORDS = 12
const ROOT_AT = 4

/** What the segments of a run lead to. */
export interface RunResult {
  readonly segments: number
  readonly exitCode: number
  /** Root of the memory's tree where the guest ends: eight field elements. */
  readonly finalRoot: Uint32Array
}

export class StarkVerifier {
  readonly #open: NativeFunction
  readonly #close: NativeFunction
  readonly #verify: NativeFunction
  readonly #publics: NativeFunction
  readonly #next: NativeFunction
  readonly #end: NativeFunction
  readonly #publicValues: NativeFunction

  /** @param file the library `verifier`, whose identity has been checked. @throws RvrError `ARTIFACT_REFUSED`. */
  constructor(file: LibraryFile) {
    const library = loadNative(file, 'verifier')
    const bytes = ['void *', 'uint64_t']
    this.#open = library.func('rvr_stark_open', 'uint32_t', [...bytes, 'void *', 'void *'])
    this.#close = library.func('rvr_stark_close', 'void', ['uintptr_t'])
    this.#verify = library.func('rvr_stark_verify', 'uint32_t', ['uintptr_t', ...bytes, 'void *', 'void *'])
    this.#publics = library.func('rvr_stark_publics', 'uint32_t', ['uintptr_t'])
    this.#next = library.func('rvr_stark_chain_next', 'uint32_t', ['uintptr_t', 'void *', 'void *', 'void *'])
    this.#end = library.func('rvr_stark_chain_end', 'uint32_t', ['void *', 'void *'])
    this.#publicValues = library.func('rvr_stark_public_values', 'uint32_t', [...bytes, 'void *', 'void *', 'void *'])
  }

  /**
   * A guest's public values, on another thread.
   *
   * @param opening bytes that nobody writes to meanwhile, at a multiple of 8
   * @param root of the memory that the guest ends with, of proofs that were accepted
   * @returns them, or why they are not those of this memory
   */
  async publicValues(opening: Uint8Array, root: Uint32Array): Promise<Uint8Array<ArrayBuffer> | ProofFault> {
    const place = new BigUint64Array(2)
    const fault = new Uint32Array(FAULT_WORDS)
    const verdict = await beside(this.#publicValues, [opening, opening.length, root, place, fault])
    if (verdict !== ACCEPTED) return rejected(verdict, fault)
    const [at, count] = [...place].map(Number) as [number, number]
    return new Uint8Array(opening.subarray(at, at + count))
  }

  /**
   * Checks a key, all of it, and keeps a copy of it open.
   *
   * @throws RvrError `INTERNAL` where the host has no memory for it
   */
  async openKey(bytes: Uint8Array): Promise<OpenKey | ProofFault> {
    const handle = new BigUint64Array(1)
    const fault = new Uint32Array(FAULT_WORDS)
    // The bytes are copied before anything is looked at: whoever has them may write to them meanwhile.
    const verdict = await beside(this.#open, [bytes, bytes.length, handle, fault])
    if (verdict !== ACCEPTED) return rejected(verdict, fault)
    const functions = { close: this.#close, verify: this.#verify, next: this.#next, end: this.#end }
    return new OpenKey(handle[0]!, this.#publics(handle[0]) as number, functions)
  }
}

function rejected(verdict: number, fault: Uint32Array): ProofFault {
  if (verdict !== NO_MEMORY) return faultOf(fault)
  throw new RvrError('INTERNAL', 'the host has no memory to verify a proof', {
    hint: 'Give the process more memory.',
  })
}

interface Functions {
  readonly close: NativeFunction
  readonly verify: NativeFunction
  readonly next: NativeFunction
  readonly end: NativeFunction
}

/** A key that was checked. Verifications under it may run side by side. */
export class OpenKey {
  /** How many public values a proof has, of all AIRs. */
  readonly publics: number
  #handle: bigint | undefined
  readonly #functions: Functions
  #running = 0

  constructor(handle: bigint, publics: number, functions: Functions) {
    this.#handle = handle
    this.publics = publics
    this.#functions = functions
  }

  get #opened(): bigint {
    if (this.#handle === undefined) throw new RvrError('INTERNAL', 'the verifying key was closed before')
    return this.#handle
  }

  /** C reads as many words as the key says. */
  #checkPublics(publics: Uint32Array | undefined): void {
    if (publics === undefined || publics.length === this.publics) return
    throw new RvrError('INTERNAL', `${publics.length} public values were handed over: the key has ${this.publics}`)
  }

  /**
   * Verifies a proof on another thread.
   *
   * @param proof bytes that nobody writes to meanwhile, at a multiple of 8.
   * @param publics public values of all AIRs that are wanted; as many as the key has.
   * @returns why it is rejected; undefined: accepted
   * @throws RvrError `INTERNAL` where the host has no memory for it
   */
  async verify(proof: Uint8Array, publics?: Uint32Array): Promise<ProofFault | undefined> {
    const fault = new Uint32Array(FAULT_WORDS)
    const key = this.#opened
    this.#checkPublics(publics)
    this.#running++
    try {
      const verdict = await beside(this.#functions.verify, [key, proof, proof.length, publics ?? null, fault])
      return verdict === ACCEPTED ? undefined : rejected(verdict, fault)
    } finally {
      this.#running--
      this.#closeIfDone()
    }
  }

  /** The segments of a run, in order, of proofs that were accepted. */
  chain(): RunChain {
    const state = new Uint32Array(CHAIN_WORDS)
    const fault = new Uint32Array(FAULT_WORDS)
    const { next, end } = this.#functions
    return {
      next: publics => {
        this.#checkPublics(publics)
        return next(this.#opened, state, publics, fault) === ACCEPTED ? undefined : faultOf(fault)
      },
      end: () => {
        if (end(state, fault) !== ACCEPTED) return { fault: faultOf(fault) }
        const [segments, , exitCode] = state as unknown as number[]
        return { result: { segments: segments!, exitCode: exitCode!, finalRoot: state.slice(ROOT_AT) } }
      },
    }
  }

  #isClosing = false
  #closeIfDone(): void {
    if (!this.#isClosing || this.#running > 0 || this.#handle === undefined) return
    this.#functions.close(this.#handle)
    this.#handle = undefined
  }

  /** Gives its memory back, as soon as no verification runs. */
  [Symbol.dispose](): void {
    this.#isClosing = true
    this.#closeIfDone()
  }
}

/** How the segments of one run hang together. */
export interface RunChain {
  /** Takes the public values of the next segment's proof. @returns why it cannot be the next one. */
  next(publics: Uint32Array): ProofFault | undefined
  /** What the run ended with, or why it has not ended. */
  end(): { readonly result: RunResult; readonly fault?: undefined } | { readonly fault: ProofFault }
}
