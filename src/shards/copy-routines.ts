/** Names of functions that do nothing but copy or fill memory. */

/** Alone, in any namespace, with what C libraries and compilers put around them: `__memcpy_chk`, `memset.part.0`. */
const ANYWHERE = listed(`
  memcpy memmove memset mempcpy memccpy memzero bcopy bzero explicit_bzero wmemcpy wmemmove wmemset
  strcpy strncpy strlcpy stpcpy stpncpy
  copy_nonoverlapping copy_from_slice clone_from_slice copy_within write_bytes`)
/** With the namespace that they are in. */
const QUALIFIED = new Set(
  listed(`
  ptr::copy intrinsics::copy slice::fill
  impls::copy_forward impls::copy_backward impls::set_bytes
  impls::copy_forward_words impls::copy_backward_words impls::set_bytes_words
  std::copy std::copy_n std::copy_backward std::fill std::fill_n std::uninitialized_copy
  __copy_move::__copy_m __copy_move_backward::__copy_move_b`),
)
const DECORATED = new RegExp(`^_*(?:builtin_|aeabi_)?(${ANYWHERE.join('|')})(?:_chk|_inline|\\d)?$`)
/** Inline namespaces of C++ libraries. */
const VERSIONED = /^__(?:\d+|cxx11)$/

function listed(names: string): string[] {
  return names.trim().split(/\s+/)
}

/** Without what stands in brackets. */
function bare(name: string): string {
  let [depth, text] = [0, '']
  for (const character of name) {
    if (character === '<' || character === '(') depth++
    if (depth === 0) text += character
    if (character === '>' || character === ')') depth--
  }
  return text
}

/** The routine's name without what is around it; undefined where the function, by its readable name, is none. */
export function copyRoutine(name: string): string | undefined {
  const path = bare(name.replace(/\.(?:constprop|part|isra|cold)\b.*$/, ''))
    .split('::')
    // A function template's result stands in front of it.
    .map(part => part.trim().split(' ').at(-1)!)
    .filter(part => part !== '' && !VERSIONED.test(part))
  const [last = '', before] = path.toReversed()
  const qualified = `${before}::${last}`
  return DECORATED.exec(last)?.[1] ?? (QUALIFIED.has(qualified) ? qualified : undefined)
}

export interface Copying {
  readonly routine: string
  /** The function that the routine is inlined in; undefined where it has code of its own. */
  readonly caller: string | undefined
}

/** @param names readable names of an instruction's functions, the innermost first; undefined: it has none */
export function copyingIn(names: readonly (string | undefined)[]): Copying | undefined {
  // Routines call one another.
  const at = names.findLastIndex(name => name !== undefined && copyRoutine(name) !== undefined)
  return at < 0 ? undefined : { routine: copyRoutine(names[at]!)!, caller: names[at + 1] }
}
