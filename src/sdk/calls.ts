/** What each call of the SDK takes: the one table of all options, their types and their bounds. */
import { ADDRESSES } from '../elf/image.ts'
import * as v from 'valibot'
import {
  bytes,
  callback,
  count,
  data,
  flag,
  internal,
  number,
  options,
  orFalse,
  signal,
  text,
  texts,
  upTo,
} from '../accept.ts'
import type { RemoteOptions, RemoteTimeouts } from '../store/remote/settings.ts'
import type { EventReceiver } from '../events.ts'
import { MAX_PUBLIC_VALUES_BYTES, MAX_SEED } from '../extensions/bounds.ts'
import type { GuestDirectory } from '../extensions/linux/files/directories.ts'
import { MOST_KIND } from '../extensions/io/pull.ts'
import { abiNames } from '../extensions/registry.ts'
import { MOST_THREADS } from '../load/threads.ts'
import { MAX_TRACE_HEIGHT, type SegmentLimits } from '../machine/limits.ts'
import type { MachineFile } from '../machine/machine.ts'
import { LEAST_TAPE_BYTES } from '../modes/preflight/limits.ts'
import type { ModeName } from '../modes/registry.ts'
import type { ExecutionProfile } from '../profile/counts.ts'
import { MAX_COUNT, MAX_TIMER_MS } from '../run/limits.ts'
import type { PrintReceiver } from '../run/printer.ts'
import { MAX_JOBS } from '../toolchain/job-slots.ts'
import type {
  CompileOptions,
  ExecuteOptions,
  LoadOptions,
  MemoryChoice,
  ProfileChoice,
  ResumeFromOptions,
  ResumeOptions,
  RvrOptions,
} from './options.ts'
import type { Run, SegmentStartOptions, TraceOptions, TracesOptions } from './contract.ts'
import type { ShardPlan, ShardsOptions } from './shard-plan.ts'
import type { FillRecordingOptions, SaveRecordingOptions, TraceCheckOptions } from './traced.ts'

const optional = v.optional
const MAX_SAFE = Number.MAX_SAFE_INTEGER
/** A trace is kept in memory as a whole. */
const MOST_TRACED = 100_000
const milliseconds = upTo(MAX_TIMER_MS, 'milliseconds')
const path = v.pipe(text, v.minLength(1, 'a path'))

const TAPE_BYTES = `0, or a whole number from ${LEAST_TAPE_BYTES}`

const limits = {
  maxInstructions: optional(count(0, MAX_COUNT)),
  maxCost: optional(count(0, MAX_COUNT)),
  timeoutMs: optional(milliseconds),
  stopAtSegment: optional(flag),
  maxTapeBytes: optional(v.union([v.literal(0), number(LEAST_TAPE_BYTES, MAX_SAFE)], TAPE_BYTES)),
  signal: optional(signal),
  suspend: optional(signal),
  onSegment: optional(callback<(run: Run) => unknown>()),
}
const listeners = {
  onPrint: optional(callback<PrintReceiver>()),
  onEvent: optional(callback<EventReceiver>()),
  progressMs: optional(number(1, MAX_TIMER_MS)),
}

export const Resume = options<ResumeOptions>(limits)
const { onSegment: _onSegment, stopAtSegment: _stopAtSegment, maxTapeBytes: _maxTapeBytes, ...traceLimits } = limits
export const TraceLimits = options<TraceOptions>({ ...traceLimits, maxInstructions: count(0, MOST_TRACED) })
/** Names have no = in them. */
const environment = v.record(v.pipe(text, v.regex(/^[^=\0]+$/, 'a name without =')), text, 'an object of strings')
const directories = v.array(
  options<GuestDirectory>({ host: path, guest: optional(path), readOnly: optional(flag) }),
  'an array of directories',
)

export const ResumeFrom = options<ResumeFromOptions>({ ...limits, ...listeners, directories: optional(directories) })
export const Execute = options<ExecuteOptions>({
  ...limits,
  ...listeners,
  inputs: optional(v.array(bytes, 'an array of Uint8Arrays')),
  stream: optional(
    v.strictObject({
      guest: text,
      items: v.array(v.strictObject({ kind: number(0, MOST_KIND), key: bytes, payload: bytes })),
    }),
  ),
  publicValuesBytes: optional(number(0, MAX_PUBLIC_VALUES_BYTES)),
  seed: optional(count(0, MAX_SEED)),
  args: optional(texts),
  env: optional(environment),
  directories: optional(directories),
  shardEnds: optional(v.array(number(1, MAX_SAFE), 'an array of numbers')),
  segmentLimits: optional(
    options<SegmentLimits>({
      maxTraceHeight: optional(number(1, MAX_TRACE_HEIGHT)),
      maxMemoryBytes: optional(number(1, MAX_SAFE)),
      maxInteractions: optional(number(1, MAX_SAFE)),
    }),
  ),
})

const profile = optional(
  v.union([path, texts, data<ExecutionProfile>('a path, several, or a profile')], 'a path, several, or a profile'),
)
export const Compile = options<CompileOptions & { readonly units?: unknown }>({
  signal: optional(signal),
  emitDirectory: optional(path),
  onEvent: optional(callback<EventReceiver>()),
  profile,
  units: optional(internal),
})
export const Explain = options<ProfileChoice>({ profile })
export const LoadArtifact = options<{ readonly mode?: ModeName }>({ mode: optional(text) })
export const Save = options<{ readonly signal?: AbortSignal }>({ signal: optional(signal) })
export const SegmentStart = options<SegmentStartOptions>({ artifact: optional(v.any()), signal: optional(signal) })

const filling = {
  threads: optional(number(1, MOST_THREADS)),
  fragment: optional(number(1, MAX_SAFE)),
  maxMemoryBytes: optional(number(1, MAX_SAFE)),
  signal: optional(signal),
}
export const Traces = options<TracesOptions>({
  filler: optional(v.picklist(['engine', 'reference'], 'engine or reference')),
  artifact: optional(v.any()),
  segment: optional(number(0, MAX_SAFE)),
  ...filling,
})
export const FillRecording = options<FillRecordingOptions>(filling)
export const SaveRecording = options<SaveRecordingOptions>({ memory: optional(flag), signal: optional(signal) })

export const ShardPlanning = options<ShardsOptions & { readonly plan?: ShardPlan }>({
  plan: optional(
    v.union(
      [
        v.array(number(1, MAX_SAFE)),
        v.strictObject({ everyInstructions: number(1, MAX_SAFE) }),
        v.strictObject({ everyCells: number(1, MAX_SAFE) }),
        v.strictObject({ count: number(2, 65_536) }),
      ],
      'ends of shards, { everyInstructions }, { everyCells } or { count }',
    ),
  ),
  wordCost: optional(number(0, 1_000_000)),
  signal: optional(signal),
})

export const TraceCheck = options<TraceCheckOptions>({
  signal: optional(signal),
  threads: optional(number(1, MOST_THREADS)),
})

export const Load = options<LoadOptions>({
  abi: optional(v.picklist(abiNames, `one of ${abiNames.join(', ')}`)),
  isa: optional(text),
  memory: optional(
    options<MemoryChoice>({ base: optional(number(0, ADDRESSES)), bytes: optional(number(0, ADDRESSES)) }),
  ),
  machine: optional(v.union([path, data<MachineFile>('a path or a machine')], 'a path or a machine')),
  config: optional(
    v.union(
      [v.literal(false), path, data<Readonly<Record<string, unknown>>>('a path, an object or false')],
      'a path, an object or false',
    ),
  ),
  extensions: optional(texts),
  signal: optional(signal),
})
export const GuestFile = v.union([path, bytes], 'the path of an ELF file, or its bytes as a Uint8Array')

const remote = options<RemoteOptions>({
  url: optional(text),
  readOnly: optional(flag),
  secretFile: optional(path),
  unsigned: optional(flag),
  credentialsFile: optional(path),
  timeouts: optional(
    options<RemoteTimeouts>({
      connectMs: optional(milliseconds),
      silenceMs: optional(milliseconds),
      requestMs: optional(milliseconds),
      closeMs: optional(milliseconds),
    }),
  ),
})
export const Create = options<RvrOptions>({
  cacheDir: optional(orFalse(path)),
  cacheMaxBytes: optional(upTo(Infinity, 'bytes')),
  cacheMaxDays: optional(upTo(Infinity, 'days')),
  remote: optional(orFalse(remote)),
  cc: optional(path),
  targetCpu: optional(path),
  jobs: optional(number(1, MAX_JOBS)),
  explainMisses: optional(flag),
  stress: optional(text),
  signal: optional(signal),
  onEvent: optional(callback<EventReceiver>()),
  pool: optional(internal),
})

/** An address of guest memory, its end included, or so many bytes of it. */
export const memoryNumber = (greatest: number) => number(0, greatest)
export const SegmentIndex = number(0, MAX_SAFE)
