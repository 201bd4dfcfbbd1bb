/** A profile as one HTML file that needs nothing else: flame graph, tables by function, line, opcode and chip. */
import { pageText } from '../../page/page.ts'
import type { GuestProfile } from '../guest-profile.ts'
import type { ProfileFormat } from './format.ts'
import { pageData, type PageOptions } from './html/data.ts'

export type { PageOptions, PageSegment } from './html/data.ts'

const page = (profile: GuestProfile, options: PageOptions): Iterable<string> =>
  pageText({
    template: 'templates/report/profile.html',
    style: 'templates/report/profile/page.css',
    main: 'templates/report/profile/page.js',
    data: pageData(profile, options),
  })

/** Source lines show their text where `sources` has it, segments are shown where they are given. */
export const html = {
  name: 'html',
  extension: '.html',
  summary: 'one page for browsers: flame graph, functions, source lines, opcodes, chips',
  isBinary: false,
  write: page,
} satisfies ProfileFormat
