/** C functions of a loaded library, as koffi has them. */

/** A C function. `async` runs it on another thread and calls back with an error or its result. */
export interface NativeFunction {
  (...args: readonly unknown[]): unknown
  async(...args: readonly unknown[]): void
}

/** A loaded library, as koffi has it. */
export interface NativeFunctions {
  func(name: string, result: string, parameters: string[]): NativeFunction
}
