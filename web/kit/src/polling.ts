import { KitError } from './errors.js'
import { numberIn } from './json.js'
import type { FormAction, Representation } from './representation.js'
import { findPoll } from './snapshot.js'
import type { Outcome } from './walk.js'

const SHORTEST_MS = 500
const LONGEST_MS = 600_000
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

/** One stretch of polling: from a polling step until something else comes or somebody takes over. */
export class PollRun {
  #waited = 0
  #failures = 0
  #underWay: Promise<Outcome> | undefined
  readonly #limit: number
  readonly #waiting = new AbortController()
  readonly #request = new AbortController()

  constructor({ properties }: Representation) {
    const seconds = numberIn(properties, 'maxWaitRemainingTime') ?? numberIn(properties, 'maxWaitTime') ?? DEFAULT_WAIT_S
    this.#limit = Math.min(seconds, LONGEST_WAIT_S) * 1000
  }

  get hasEnded(): boolean {
    return this.#waiting.signal.aborted
  }

  /** Waits and asks once. Fails: polling-expired, and as `send` does */
  async ask(step: Representation, wait: Wait, send: (form: FormAction, signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    const form = findPoll(step.actions)
    if (!form || this.#waited > this.#limit) throw new KitError('polling-expired', 'nobody answered in time')
    const delay = Math.min(Math.max(numberIn(step.properties, 'interval') ?? DEFAULT_MS, SHORTEST_MS), LONGEST_MS)
    this.#waited += delay // of intervals, not of a clock: a laptop that slept may ask once more
    await wait(delay, this.#waiting.signal)
    this.#underWay = send(form, this.#request.signal)
    const outcome = await this.#underWay.finally(() => (this.#underWay = undefined))
    this.#failures = 0
    return outcome
  }

  /** May it be tried again? A train may pass a tunnel. */
  canBear(error: KitError): boolean {
    return error.isTransient && ++this.#failures < MAX_FAILURES
  }

  /**
   * No further poll. Gives what the one on its way brings, if there is one and it brings anything: it uses up the forms
   * of the page, so that whatever is to be submitted next has to wait for the new ones.
   */
  async end(): Promise<Outcome | undefined> {
    this.#waiting.abort()
    return this.#underWay?.catch(() => undefined)
  }

  /** Nothing more, not even the poll on its way. */
  stop(): void {
    this.#waiting.abort()
    this.#request.abort()
  }
}
