/** Completion scripts know every command and option, and bash accepts its own. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { rvr } from '../spawn.ts'

test.each(['bash', 'zsh', 'fish'])('%s', shell => {
  const { status, stdout } = rvr(['completions', shell])
  expect(status).toBe(0)
  for (const word of [
    'run',
    'compile',
    'emit',
    'inspect',
    'cache',
    'doctor',
    'completions',
    'stats',
    'verify',
    'max-instructions',
    'emit-c',
    'metered-cost',
  ])
    expect(stdout).toContain(word)
  expect(JSON.parse(rvr(['completions', shell, '--json']).stdout)).toEqual({ shell, script: stdout })
})

const { stdout: bashScript } = rvr(['completions', 'bash'])

/** What bash offers for a command line whose last word is being typed. */
function offered(...words: string[]): string[] {
  const ask = `${bashScript}\nCOMP_WORDS=(${words.map(word => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_rvr\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', ask], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter(word => word !== '')
}

test('completions-lack-auto: values are those of the command, behind = too', () => {
  expect(offered('rvr', 'run', '--tier', '')).toEqual(['auto', 'native', 'native-interp', 'interp'])
  expect(offered('rvr', 'cost', '--tier', '')).toEqual(offered('rvr', 'run', '--tier', ''))
  expect(offered('rvr', 'run', '--mode', '=')).toEqual([
    'pure',
    'metered',
    'metered-cost',
    'profile',
    'calls',
    'calls-memory',
    'preflight',
    'shards',
    'debug',
  ])
  expect(offered('rvr', 'run', '--mode', '=', 'me')).toEqual(['metered', 'metered-cost'])
  expect(offered('rvr', 'run', '--mode=me')).toEqual(['--mode=metered', '--mode=metered-cost'])
  expect(offered('rvr', 'run', '--machine', 'package.j')).toEqual(['package.json'])
})

test('bash completes commands, subcommands, options and values', () => {
  expect(offered('rvr', 'c')).toEqual(['cost', 'compile', 'cache', 'completions'])
  expect(offered('rvr', 'cache', 'v')).toContain('verify')
  expect(offered('rvr', 'run', 'x', '--max')).toEqual([
    '--max-instructions',
    '--max-cost',
    '--max-trace-height',
    '--max-memory',
    '--max-interactions',
  ])
  expect(offered('rvr', 'cache', 'stats', '--j')).toEqual(['--json'])
  expect(offered('rvr', 'run', '--mode', 'me')).toEqual(['metered', 'metered-cost'])
  expect(offered('rvr', 'help', 'comp')).toEqual(['compile', 'completions'])
})
