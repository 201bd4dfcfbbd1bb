/** The public SDK. */
/// <reference lib="esnext.disposable" preserve="true" />
import type { Run as RunContract } from './sdk/contract.ts'
import { GuestRun } from './sdk/run.ts'

export { Rvr } from './sdk/rvr.ts'
export { Guest } from './sdk/guest.ts'
export { GuestApc } from './sdk/apc/apc.ts'
export type { ApcAnalysis, CandidateAnalysis, ColumnGroup } from './sdk/apc/analysis.ts'
export type {
  ApcAnalyzeOptions,
  ApcCandidates,
  ApcGenerateOptions,
  ApcSelection,
  ApcSelectOptions,
  ProfiledInput,
} from './sdk/apc/contract.ts'
export type { Candidate, FailedCandidate, GenerateCounts } from './apc/candidates/candidates.ts'
export type { Pgo } from './apc/candidates/rank.ts'
export { Artifact, type BuildTiming, type CacheReport } from './sdk/artifact.ts'
export type {
  Outcome,
  SegmentStartOptions,
  Trace,
  TracedInstruction,
  TraceOptions,
  TracesOptions,
} from './sdk/contract.ts'
export { Debugger } from './sdk/debugger/debugger.ts'
export type { ContinueOptions, DebugSignals, DebugStop, WatchedAccess, Watchpoint } from './sdk/debugger/contract.ts'
export type { TrapReport } from './sdk/trap-report.ts'
export type { Backtrace, BacktraceFrame, InlinedCall } from './sdk/backtrace/backtrace.ts'
export type { CheckReport } from './sdk/check.ts'
export type {
  FillRecordingOptions,
  SaveRecordingOptions,
  SegmentTrace,
  TraceCheckOptions,
  TracedChip,
  TraceMatrix,
} from './sdk/traced.ts'
export type { ColumnValue, Failure, InstructionPlace, Party, RowPlace, SegmentCheck } from './trace/check/failure.ts'
export { Profile, type ProfileEntry } from './sdk/profile.ts'
export type { TreeOptions } from './sdk/tree-options.ts'
export type { ShardPlan, ShardsOptions } from './sdk/shard-plan.ts'
export type {
  CopyWords,
  CrossingLine,
  CrossingPlace,
  FunctionWords,
  GuestShard,
  GuestShards,
  InstructionWords,
  RegisterLine,
  ShardSide,
  ShardTotals,
} from './shards/guest-shards.ts'
export { guestProfileText, readGuestProfile } from './guest-profile/file.ts'
export type {
  GuestProfile,
  ProfileCosts,
  ProfiledFunction,
  ProfileInstructions,
  ProfileNodes,
  ProfileShare,
  ProfileStep,
} from './guest-profile/guest-profile.ts'
export { hex, u32, u64, utf8 } from './sdk/inputs.ts'
export { recordOrder } from './sdk/record-order.ts'
export type { Item } from './extensions/io/pull.ts'
export { emitStream } from './streams/emit.ts'
export { readOrder, writeOrder, type PullOrder, type RecordedPull } from './streams/order.ts'
export { directoryStore, MemoryStore, type ItemStore } from './streams/store.ts'
export { readStream, writeStream, type PulledItems } from './streams/stream.ts'
export type {
  LibraryDifference as Difference,
  LibraryExplanation as Explanation,
} from './stages/library/explanation.ts'
export type { LibraryKind as DifferenceKind } from './stages/library/parts.ts'
export type { NearestEntry } from './store/explain/explain.ts'
export type { EvictedEntry } from './store/evicted.ts'
export type { RemoteOptions, RemoteTimeouts } from './store/remote/settings.ts'
export type {
  CompileOptions,
  ExecuteOptions,
  ExecutionProfile,
  LoadOptions,
  ProfileChoice,
  ResumeFromOptions,
  ResumeOptions,
  RunLimits,
  RunListeners,
  RvrOptions,
} from './sdk/options.ts'
export { paddedHeight, segmentSize, type CutReason, type SegmentLimits } from './machine/limits.ts'
export type { Segment } from './machine/meter.ts'
export type { GuestDirectory } from './extensions/linux/files/directories.ts'
export { openSavedRun, type SavedRun } from './run/saved/read.ts'
export { readArchive, type ReadOptions as ArchiveOptions } from './archive/read.ts'
export type { Archive } from './archive/archive.ts'
export type { GuestMemoryView } from './sdk/guest-memory.ts'
export { VerifyingKey } from './sdk/proofs/verifying-key.ts'
export type {
  KeyOptions,
  ProofProgress,
  ProofsOptions,
  PublicValues,
  SegmentProof,
  VerifiedRun,
  VerifyOptions,
} from './sdk/proofs/contract.ts'
export type { ProofSet } from './stark/parameters.ts'
export type { Section as ArchiveSection } from './archive/frame.ts'
export type { ContentName as ArchiveContent } from './archive/kinds.ts'
export { loadMachine } from './machine/load.ts'
export type { Autoprecompile, Autoprecompiles } from './machine/autoprecompiles.ts'
export { withAutoprecompiles } from './machine/specialise.ts'
export {
  defaultMachine,
  parseMachine,
  type Chip,
  type Machine,
  type MachineFile,
  type MemoryChips,
} from './machine/machine.ts'
export { RvrError, type RvrErrorCode } from './errors.ts'
export type { EventReceiver, EventSink, RvrEvent, Stage } from './events.ts'
export type { ModeName } from './modes/registry.ts'
export type { PrintReceiver } from './run/printer.ts'
export type { TrapKind } from './program/trap.ts'
export type { AbiName, HostEffects, HostOutcome, HostState } from './extensions/abi.ts'
export type {
  EffectsHandler,
  Extension,
  ExtensionChip,
  ExtensionDefinition,
  ExtensionFile,
  Handler,
} from './extensions/extension.ts'
export type { CallOperand, CallOutcome, CallRow, CallValue, HostRow, Instr, Row } from './isa/row.ts'
export type { Hart } from './program/hart.ts'

/** One run of a guest, as `execute` and `resume` return it. */
export type Run = RunContract
/** What every run is an instance of. */
export const Run = GuestRun
