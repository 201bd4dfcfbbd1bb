/** What in a guest's file does not fit the ABI that it is loaded for: a guest itself would only end at some word. */
import type { Image, Segment } from './image.ts'

const ECALL = Uint8Array.of(0x73, 0, 0, 0)
/** TERMINATE: custom-0 with funct3 0. */
const isTerminate = (word: number): boolean => (word & 0x707f) === 0x0b

const executable = ({ segments }: Image): Segment[] => segments.filter(segment => segment.executable)

/** Searches bytes, which is fast, for what hardly any other guest has. */
function hasEcall({ address, bytes }: Segment, slotBytes: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = text.indexOf(ECALL); at >= 0; at = text.indexOf(ECALL, at + 1)) {
    if ((address + at) % slotBytes === 0) return true
  }
  return false
}

function hasTerminate({ address, bytes }: Segment, slotBytes: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = -address & (slotBytes - 1)
  for (let at = first; at + 4 <= bytes.length; at += slotBytes) if (isTerminate(view.getUint32(at, true))) return true
  return false
}

/** What a guest is loaded for. */
export interface LoadedFor {
  readonly abi: 'openvm' | 'linux' | 'htif'
  /** Extensions that its file lists and that it does not have here. */
  readonly missing: readonly string[]
}

/** Sentences for warnings; none where nothing is odd. */
export function doubtsAbout(image: Image, path: string, { abi, missing }: LoadedFor): string[] {
  const doubts: string[] = []
  const text = executable(image)
  const slotBytes = image.isCompressed ? 2 : 4
  const terminates = (): boolean => text.some(segment => hasTerminate(segment, slotBytes))
  const calls = text.some(segment => hasEcall(segment, slotBytes))
  if (abi === 'openvm' && calls && !terminates()) {
    doubts.push(
      `${path} makes system calls and has no instruction that ends a guest of ABI openvm: ` +
        'if it is a Linux program, run it with --abi linux',
    )
  }
  if (abi === 'linux' && !calls && terminates()) {
    doubts.push(
      `${path} makes no system calls and ends as guests of ABI openvm do: ` + 'if it is one, leave --abi linux out',
    )
  }
  if (missing.length > 0) {
    const these = missing.length === 1 ? 'it' : 'these'
    doubts.push(
      `${path} is compiled for ${image.architecture}, but it has no ${missing.join(', ')} here: ` +
        `the first instruction of ${these} ends the guest`,
    )
  }
  return doubts
}
