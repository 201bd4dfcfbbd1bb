/** What archives hold: content kinds, the sections of each, the sizes of their elements. */

export interface SectionKind {
  readonly kind: number
  readonly name: string
  /** Bytes of an element. */
  readonly size: number
}

export interface ContentKind {
  readonly kind: number
  /** All that it has, in order; kinds ascend. */
  readonly sections: readonly SectionKind[]
  /** A proof proves itself: nothing is in the place of the digest. */
  readonly hasDigest: boolean
}

const section = (kind: number, name: string, size: number): SectionKind => ({ kind, name, size })

const tables = [section(0x301, 'tables', 16), section(0x302, 'cells', 4), section(0x303, 'public values', 4)] as const
const pages = [section(0x403, 'page numbers', 8), section(0x404, 'pages', 4096)] as const
const origin = [section(0x601, 'facts', 8), section(0x602, 'digests', 32)] as const

const proof = [
  section(0x101, 'key digest', 32),
  section(0x102, 'heights', 4),
  section(0x103, 'public values', 4),
  section(0x104, 'roots', 32),
  section(0x105, 'bus sums', 16),
  section(0x106, 'nonces', 8),
  section(0x107, 'openings', 16),
  section(0x108, 'fold roots', 32),
  section(0x109, 'final polynomial', 16),
  section(0x10a, 'rows', 64),
  section(0x10b, 'paths', 32),
  section(0x10c, 'fold leaves', 64),
  section(0x10d, 'fold paths', 32),
]

const vkey = [
  section(0x201, 'parameters', 4),
  section(0x202, 'AIRs', 64),
  section(0x203, 'nodes', 16),
  section(0x204, 'constraints', 4),
  section(0x205, 'interactions', 32),
  section(0x206, 'fields', 4),
  section(0x207, 'roots', 32),
  section(0x208, 'roles', 16),
  section(0x209, 'starts', 16),
]

const registers = section(0x402, 'registers', 8)
const digests = section(0x406, 'digests', 32)
const checkpoint = [section(0x401, 'facts', 8), registers, ...pages, section(0x405, 'meter', 64), digests]

const profile = [section(0x501, 'digests', 32), section(0x502, 'block addresses', 8), section(0x503, 'counts', 8)]

const fragments = [
  ...pages,
  ...origin,
  section(0x603, 'checkpoints', 32),
  section(0x604, 'registers', 8),
  section(0x605, 'row counts', 4),
  section(0x606, 'tape', 4),
  section(0x607, 'public values', 1),
  section(0x608, 'rows in front', 4),
]

const segment = [...tables, section(0x304, 'rows', 4), ...origin]

const run = [
  registers,
  ...pages,
  digests,
  section(0x801, 'facts', 8),
  section(0x802, 'mode', 32),
  section(0x803, 'starts', 8),
  section(0x804, 'byte strings', 1),
  section(0x805, 'state', 1),
]

const opening = [section(0x901, 'XLEN', 8), section(0x902, 'public values', 1), section(0x903, 'root beside', 32)]

const names = ['proof', 'vkey', 'traces', 'checkpoint', 'profile', 'fragments', 'segment', 'run', 'opening'] as const
export type ContentName = (typeof names)[number]

/** A new layout of a content or a section is a new number: what a number means never changes. */
export const contents: Readonly<Record<ContentName, ContentKind>> = {
  proof: { kind: 1, sections: proof, hasDigest: false },
  vkey: { kind: 2, sections: vkey, hasDigest: true },
  traces: { kind: 3, sections: tables, hasDigest: true },
  checkpoint: { kind: 4, sections: checkpoint, hasDigest: true },
  profile: { kind: 5, sections: profile, hasDigest: true },
  fragments: { kind: 6, sections: fragments, hasDigest: true },
  segment: { kind: 7, sections: segment, hasDigest: true },
  run: { kind: 8, sections: run, hasDigest: true },
  opening: { kind: 9, sections: opening, hasDigest: true },
}

export const contentNamed = (kind: number): ContentName | undefined => names.find(name => contents[name].kind === kind)
