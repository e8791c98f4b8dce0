import { KitError } from './errors.js'
import { numberIn } from './json.js'
import type { FormAction, Representation } from './representation.js'
import { findPoll } from './snapshot.js'

const SHORTEST_MS = 500
const LONGEST_MS = 30_000
const DEFAULT_MS = 2_000
const LONGEST_WAIT_S = 3_600
const DEFAULT_WAIT_S = 300
const MAX_FAILURES = 3

/** Waits; rejects when the signal is aborted. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>

export const wait: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })

/** When to ask again, and when to stop asking. It lives from the first polling step until another step comes. */
export class PollingSchedule {
  #waited = 0
  #failures = 0
  readonly #limit: number

  constructor({ properties }: Representation) {
    const seconds = numberIn(properties, 'maxWaitRemainingTime') ?? numberIn(properties, 'maxWaitTime') ?? DEFAULT_WAIT_S
    this.#limit = Math.min(seconds, LONGEST_WAIT_S) * 1000
  }

  /** The next poll of the step: what to send after how long. Fails: polling-expired */
  next({ properties, actions }: Representation): { form: FormAction; delay: number } {
    const form = findPoll(actions)
    if (!form || this.#waited > this.#limit) throw new KitError('polling-expired', 'nobody answered in time')
    const delay = Math.min(Math.max(numberIn(properties, 'interval') ?? DEFAULT_MS, SHORTEST_MS), LONGEST_MS)
    this.#waited += delay // of intervals, not of a clock: a laptop that slept may ask once more
    return { form, delay }
  }

  onAnswer(): void {
    this.#failures = 0
  }

  /** May it be tried again? A train may pass a tunnel. */
  onFailure(error: KitError): boolean {
    return error.isTransient && ++this.#failures < MAX_FAILURES
  }
}
