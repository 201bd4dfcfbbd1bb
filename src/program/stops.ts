/** Places at which somebody wants a guest to stop: code that is about to be executed, memory that is accessed. */

export interface Watchpoint {
  readonly address: number
  /** Bytes. */
  readonly length: number
  readonly access: 'read' | 'write' | 'any'
}

export interface CodeAndMemory {
  /** Addresses of instructions. */
  readonly breakpoints: readonly number[]
  readonly watchpoints: readonly Watchpoint[]
}
