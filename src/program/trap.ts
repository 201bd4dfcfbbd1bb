/** How a guest can go wrong: the closed list of trap kinds and what each trap carries. */

/**
 * - `load-outside` / `store-outside`: an access with `address + width > 2^29` (nothing was written)
 * - `access-misaligned`: an atomic access to an address that is no multiple of its width
 * - `jump-outside`: a taken transfer to an address that is no instruction slot · `jump-misaligned`: a taken transfer to
 *   a misaligned address
 * - `fetch-outside`: execution ran past the last instruction slot
 * - `illegal-instruction`: an unknown word (ABI `linux`; in `openvm` it terminates with exit code 2)
 * - `input-empty`: HintInput on an empty input queue · `hint-exhausted`: a read past the end of the hint stream
 * - `hint-count`: HINT_BUFFER with 0 or more than 1023 words · `hint-random-count`: HintRandom beyond the memory's size
 * - `reveal-misaligned` / `reveal-outside`: REVEAL at an offset that is not W-aligned or not inside the public values
 * - `print-invalid`: PrintStr of bytes that are not UTF-8
 * - `stream-missing` / `stream-reordered` / `stream-duplicate`: the guest pulled another item than the stream has next
 *   (docs/streaming.md): one that does not come any more, one that comes later, the one before it once more
 * - `signal-raised`: the guest sends itself a signal (ABI `linux`) · `futex-deadlock`: it waits for what no other
 *   thread can do
 * - `operand-invalid`: an operand that an extension's instruction does not take, such as a divisor of zero; the message
 *   says which
 */
export type TrapKind =
  | 'load-outside'
  | 'store-outside'
  | 'access-misaligned'
  | 'jump-outside'
  | 'jump-misaligned'
  | 'fetch-outside'
  | 'illegal-instruction'
  | 'input-empty'
  | 'hint-exhausted'
  | 'hint-count'
  | 'hint-random-count'
  | 'reveal-misaligned'
  | 'reveal-outside'
  | 'print-invalid'
  | 'stream-missing'
  | 'stream-reordered'
  | 'stream-duplicate'
  | 'operand-invalid'
  | 'signal-raised'
  | 'futex-deadlock'

/**
 * A trap is raised by the instruction at `pc`, which did not retire: registers, memory and instret are those before it.
 * A bad jump traps at the jump, with the target as `address`.
 */
export interface Trap {
  readonly kind: TrapKind
  readonly pc: number
  /** The memory address or jump target concerned, XLEN bits unsigned, where there is one. */
  readonly address?: bigint
  /** The item that the guest pulled, its key as hex digits: traps about streams. */
  readonly item?: { readonly kind: number; readonly key: string }
  /** One sentence for a person. */
  readonly message: string
}
