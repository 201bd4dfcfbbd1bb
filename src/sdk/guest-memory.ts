/** The memory of a guest that has stopped. */

/** Guest memory as JavaScript sees it. */
export interface GuestMemoryView {
  /**
   * A copy of `length` bytes at guest address `address`.
   *
   * @throws RvrError `USAGE` outside guest memory.
   */
  read(address: number, length: number): Uint8Array
  /**
   * The whole memory without a copy: index = guest address − the base of its memory, which is 0 where nothing else was
   * chosen. It reads as zeros once the run is disposed. Asking for it makes the next run a little dearer, whose memory
   * cannot be this one's: `read` does not.
   */
  readonly bytes: Uint8Array
}
