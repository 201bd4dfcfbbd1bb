/** Where the building of a guest stands, read off the progress events. */
import type { RvrEvent } from '../../events.ts'

/** In the order in which they happen. Make links by itself: that step begins when the last object is there. */
export const stepNames = ['lift', 'codegen', 'compile', 'link', 'publish'] as const
export type StepName = (typeof stepNames)[number]

export interface Step {
  readonly name: StepName
  state: 'waiting' | 'active' | 'done'
  /** What the step is and how far it is. */
  title: string
}

const TITLES: Readonly<Record<StepName, string>> = {
  lift: 'lift',
  codegen: 'generate C',
  compile: 'compile',
  link: 'link',
  publish: 'publish',
}
const durationText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

export class BuildSteps {
  readonly list: readonly Step[] = stepNames.map(name => ({ name, state: 'waiting', title: TITLES[name] }))
  #objects = 0

  get active(): Step | undefined {
    return this.list.find(step => step.state === 'active')
  }

  /** Takes an event in; false when it says nothing about building. */
  apply(event: RvrEvent): boolean {
    if (event.type === 'object') {
      this.#objects = event.planned
      this.#step('compile').title = `compile: objects ${event.done} of ${event.planned}`
      if (event.done < event.planned) return true
      this.#finish('compile', `${event.planned} objects`)
      this.#begin('link')
      return true
    }
    const step = event.type === 'stage' ? this.list.find(({ name }) => name === event.stage) : undefined
    if (event.type !== 'stage' || step === undefined) return false
    if (event.state === 'start') this.#begin(step.name)
    else {
      const time = durationText(event.ms ?? 0)
      this.#finish(step.name, step.name === 'compile' && this.#objects > 0 ? `${this.#objects} objects, ${time}` : time)
      // Linking is part of what make was started for.
      if (step.name === 'compile' && this.#step('link').state === 'active') this.#finish('link')
    }
    return true
  }

  #step(name: StepName): Step {
    return this.list.find(step => step.name === name)!
  }

  #begin(name: StepName): void {
    Object.assign(this.#step(name), { state: 'active', title: TITLES[name] } satisfies Partial<Step>)
  }

  #finish(name: StepName, remark?: string): void {
    Object.assign(this.#step(name), {
      state: 'done',
      title: remark === undefined ? TITLES[name] : `${TITLES[name]} (${remark})`,
    } satisfies Partial<Step>)
  }
}
