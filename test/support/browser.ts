/** Loads pages in headless Chromium. */
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { programAmong } from './unwind-guest.ts'

export const chromium = programAmong(['chromium', 'chromium-browser'])

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const ALONE = ['--headless', '--no-sandbox', '--disable-component-update', '--disable-sync', '--hide-scrollbars']

/** The document that comes of a page when it was loaded, as markup. */
export function documentOf(html: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-page-'))
  try {
    const file = join(directory, 'page.html')
    writeFileSync(file, html)
    const own = [`--user-data-dir=${directory}/profile`, '--window-size=1280,800']
    const given = [...ALONE, ...QUIET, ...own, '--dump-dom', pathToFileURL(file).href]
    const { stdout } = spawnSync(chromium!, given, { encoding: 'utf8', timeout: 100_000, maxBuffer: 2 ** 28 })
    return stdout
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What the body of a function returns that looks at a page once it is loaded; the page's policy allows for it. */
export function inBrowser(html: string, looks: string): any {
  const script = `
    const result = document.createElement('pre')
    result.id = 'result'
    try { result.textContent = JSON.stringify((() => {${looks}})()) }
    catch (error) { result.textContent = JSON.stringify({ thrown: String(error.stack) }) }
    document.body.append(result)`
  const hash = createHash('sha256').update(script).digest('base64')
  const page = html
    .replace("script-src '", `script-src 'sha256-${hash}' '`)
    .replace('</html>', () => `<script>${script}</script></html>`)
  const shown = documentOf(page)
  const [, text] = /<pre id="result">(.*?)<\/pre>/s.exec(shown) ?? []
  if (text === undefined) throw new Error(`The page shows no result: ${shown.slice(-2000)}`)
  return JSON.parse(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
}
