/** Koffi, which calls native code, with stack enough for what runs beside JavaScript. */
import koffi from 'koffi'

/**
 * Bytes. Koffi's own are 128 KiB, with nothing behind them that would stop a function that takes more, and it takes
 * others only before a library is loaded.
 */
const STACK_BYTES = 1 << 20

if (koffi.config().async_stack_size !== STACK_BYTES) koffi.config({ async_stack_size: STACK_BYTES })

export default koffi
