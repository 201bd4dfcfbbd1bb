/** How regions pass control to each other: a record per kind of C compiler. */

export interface Convention {
  readonly name: string
  /** Arguments that travel in host registers, the memory pointer included. */
  readonly arguments: number
  /**
   * Further guest registers that travel in vector registers: all that carry arguments. 0 where the compiler is better
   * without.
   */
  readonly warm: number
  /**
   * Registers that live in the state block are stored as soon as a region wrote them last, also those that it reads
   * again: worth it where few host registers are left to hold them.
   */
  readonly storesEarly: boolean
  /** Attribute in front of every region function. */
  readonly attribute: string
  /** The words of a tail call. */
  readonly tail: string
  /**
   * What a way out with nothing to do begins with, or nothing: clang makes such a block a part of the test in front of
   * it, and loads constants for the way out in front of every test.
   */
  readonly apart: string
  /** Tail calls are not guaranteed by the language: the compiled project has to be checked for them. */
  readonly verifies: boolean
}

/**
 * clang 19 and newer: nearly all host registers carry arguments, and tail calls are guaranteed (12 arguments do not
 * compile).
 */
export const preserveNone: Convention = {
  name: 'preserve_none',
  arguments: 11,
  warm: 8,
  storesEarly: false,
  attribute: '__attribute__((preserve_none)) ',
  tail: '__attribute__((musttail)) return',
  apart: '__asm__ volatile(""); ',
  verifies: false,
}
/** Older clang: the platform's own six argument registers, tail calls guaranteed. */
export const mustTail: Convention = {
  name: 'musttail',
  arguments: 6,
  warm: 8,
  storesEarly: false,
  attribute: '',
  tail: '__attribute__((musttail)) return',
  apart: '__asm__ volatile(""); ',
  verifies: false,
}
/** gcc: sibling calls, which the project's Makefile verifies after compiling. */
export const sibling: Convention = {
  name: 'sibling',
  arguments: 6,
  warm: 0,
  storesEarly: true,
  attribute: '',
  tail: 'return',
  apart: '',
  verifies: true,
}

/** The convention for a compiler. */
export function conventionFor(compiler: {
  readonly family: 'clang' | 'gcc'
  readonly preserveNone: boolean
}): Convention {
  if (compiler.family === 'gcc') return sibling
  return compiler.preserveNone ? preserveNone : mustTail
}

/**
 * Widest vector that travels as an argument. gcc aligns the stack of a function that spills a wider one than the
 * stack's own 16 bytes, and then it makes no sibling calls.
 */
export const vectorBytesOf = ({ verifies }: Convention, cpuFeatures: readonly string[]): 16 | 32 =>
  verifies || !cpuFeatures.includes('avx2') ? 16 : 32
