/** The report of `rvr shards` as one HTML file that needs nothing else. */
import { pageText } from '../../page/page.ts'
import type { Compared } from './comparison.ts'
import { pageData } from './page-data.ts'
import type { ShardedRun, ShardsView } from './view.ts'

export const shardsHtml = (run: ShardedRun, view: ShardsView, compared?: Compared): string =>
  [
    ...pageText({
      template: 'templates/report/shards.html',
      style: 'templates/report/profile/page.css',
      main: 'templates/report/shards/page.js',
      data: pageData(run, view, compared),
    }),
  ].join('')
