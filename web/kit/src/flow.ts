import type { AccessTokenProvider } from './access_token.js'
import { checkAddress, parseIssuer } from './address.js'
import { findCounterpart } from './counterpart.js'
import { generateDpopKey, type DpopKey } from './dpop_key.js'
import { KitError } from './errors.js'
import { standardOperations } from './operations/index.js'
import type { Operations } from './operations/operation.js'
import { PollRun, wait, type Wait } from './polling.js'
import { afterError, afterProblem, afterSameStep, withoutWaiting, type Submitted } from './next_step.js'
import type { Action, ClientOperationAction, FormAction, Link } from './representation.js'
import { makeStep, type FlowSnapshot, type Step } from './snapshot.js'
import { makeRequest, type Values } from './submission.js'
import { Transport, type ApiRequest } from './transport.js'
import { walk, type Outcome, type WalkOptions } from './walk.js'

export interface FlowOptions {
  /** Exactly as in the server's metadata. */
  readonly issuer: string
  readonly accessTokens: AccessTokenProvider
  /** Default: the issuer's `/authorize`. */
  readonly authorizationEndpoint?: string
  /** Default: a new key for this flow. */
  readonly key?: DpopKey
  /** More operations, or others, by name. */
  readonly operations?: Operations
  /** Milliseconds for one request. Default: 15 s */
  readonly timeout?: number
  /** Default: 10 */
  readonly maxRedirections?: number
  /** Of one answer. Default: 256 KiB */
  readonly maxBytes?: number
  readonly fetch?: typeof fetch
  readonly wait?: Wait
}

/** `polled` is what a poll brings that was on its way when the user took over. */
type Task = (signal: AbortSignal, polled: Promise<Outcome | undefined>) => Promise<Outcome>

/** An authorization URL, or the parameters of one (`client_id` and `request_uri`). */
export type Entry = string | URL | Readonly<Record<string, string>>

/**
 * One login through the authentication API, from the authorization request to its response.
 *
 * start, submit and follow give the snapshot of what came of them and never reject for what the server or the user
 * does. They reject for a mistake of the caller: busy, unknown-field, invalid-value, unsupported, context-without-operation.
 */
export class AuthenticationFlow {
  readonly #options: FlowOptions
  readonly #issuer: URL
  readonly #operations: Operations
  readonly #wait: Wait
  readonly #listeners = new Set<(snapshot: FlowSnapshot) => void>()
  #snapshot: FlowSnapshot = { phase: 'idle' }
  #transport: Transport | undefined
  #walkOptions: WalkOptions
  #foreground: AbortController | undefined
  #polling: PollRun | undefined

  constructor(options: FlowOptions) {
    this.#options = options
    this.#issuer = parseIssuer(options.issuer)
    this.#operations = { ...standardOperations, ...options.operations }
    this.#wait = options.wait ?? wait
    const maxRedirections = options.maxRedirections ?? 10
    this.#walkOptions = { issuer: this.#issuer, issuerName: options.issuer, maxRedirections, state: undefined }
  }

  get snapshot(): FlowSnapshot {
    return this.#snapshot
  }

  /** What the user sees, also while a request is under way. */
  get step(): Step | undefined {
    return 'step' in this.#snapshot ? this.#snapshot.step : undefined
  }

  /** Calls the listener with each new snapshot; the result ends that. */
  subscribe(listener: (snapshot: FlowSnapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins anew. A function is called for its entry first, for example to push an authorization request. */
  async start(entry: Entry | (() => Entry | Promise<Entry>)): Promise<FlowSnapshot> {
    this.stop()
    return this.#run(async (signal) => {
      const url = this.#entryUrl(typeof entry === 'function' ? await ask(entry) : entry)
      const transport = await this.#makeTransport()
      signal.throwIfAborted() // another start may have taken over
      this.#walkOptions = { ...this.#walkOptions, state: url.searchParams.get('state') ?? undefined }
      this.#transport = transport
      return this.#send({ method: 'GET', url }, signal)
    })
  }

  /** Does what the user chose. For an operation the values are those of the form it goes on with. */
  async submit(action: Action, values: Values = {}): Promise<FlowSnapshot> {
    if (action.template === 'client-operation') return this.#perform(action, values)
    if (action.template !== 'form') throw new KitError('unsupported', 'this action cannot be submitted')
    makeRequest(action, values, this.#issuer) // a mistake of the caller shows before anything else happens
    const make = (current: FormAction) => makeRequest(current, values, this.#issuer)
    return this.#run((signal, polled) => this.#sendNewest(action, polled, make, signal), action)
  }

  /** Goes on with a link of the kind `step`. */
  async follow(link: Link): Promise<FlowSnapshot> {
    if (link.kind !== 'step') throw new KitError('unsupported', 'this link leads out of the login')
    const url = checkAddress(link.href, this.#issuer, this.#issuer)
    return this.#run((signal) => this.#send({ method: 'GET', url }, signal))
  }

  /** Can this action be submitted here? When not, its errorActions can. */
  supports(action: Action): boolean {
    return action.template === 'client-operation' ? Object.hasOwn(this.#operations, action.operation) : action.template === 'form'
  }

  /** Gives up what is under way. The server is not told; submit the action of the kind "cancel" for that. */
  stop(): void {
    this.#foreground?.abort()
    this.#polling?.stop()
    this.#foreground = this.#polling = undefined
    this.#show({ phase: 'idle' })
  }

  #entryUrl(entry: Entry): URL {
    const isUrl = typeof entry === 'string' || entry instanceof URL
    const endpoint = this.#options.authorizationEndpoint ?? `${this.#options.issuer.replace(/\/$/, '')}/authorize`
    const url = checkAddress(isUrl ? String(entry) : endpoint, this.#issuer, this.#issuer)
    if (!isUrl) for (const [name, value] of Object.entries(entry)) url.searchParams.set(name, value)
    return url
  }

  async #makeTransport(): Promise<Transport> {
    const { accessTokens, key, timeout = 15_000, maxBytes = 256 * 1024 } = this.#options
    const send = this.#options.fetch ?? globalThis.fetch.bind(globalThis)
    return new Transport({ issuer: this.#issuer, key: key ?? (await generateDpopKey()), accessTokens, fetch: send, timeout, maxBytes })
  }

  async #send(request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted()
    if (!this.#transport) throw new KitError('unsupported', 'the flow has not been started')
    return walk(this.#transport, request, this.#walkOptions, signal)
  }

  async #perform(action: ClientOperationAction, values: Values): Promise<FlowSnapshot> {
    const operation = Object.hasOwn(this.#operations, action.operation) ? this.#operations[action.operation] : undefined
    if (!operation) throw new KitError('unsupported', 'this operation is not known here')
    makeRequest(action.continuation, values, this.#issuer, '')
    return this.#run(async (signal, polled) => {
      const result = await operation(action.arguments, { issuer: this.#issuer, signal })
      const make = (current: ClientOperationAction) => makeRequest(current.continuation, values, this.#issuer, result)
      return this.#sendNewest(action, polled, make, signal)
    }, action)
  }

  /** Sends the action of the page as the last poll brought it. Another page is not answered before the user has seen it. */
  async #sendNewest<Kind extends Action>(
    action: Kind,
    polled: Promise<Outcome | undefined>,
    make: (newest: Kind) => ApiRequest,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const outcome = await polled
    if (!outcome) return this.#send(make(action), signal)
    const actions = outcome.kind === 'step' ? outcome.representation.actions : []
    const newest = findCounterpart(action, this.step?.actions ?? [], actions)
    return newest ? this.#send(make(newest), signal) : outcome
  }

  /** One thing at a time: a second click is refused, polling gives way. */
  async #run(task: Task, action?: Submitted): Promise<FlowSnapshot> {
    if (this.#foreground) throw new KitError('busy', 'the last submission is still under way')
    const control = (this.#foreground = new AbortController())
    const polled = this.#polling?.end() ?? Promise.resolve(undefined)
    const { step } = this
    this.#show({ phase: 'working', ...(step && { step }) })
    const next = await this.#settle(() => task(control.signal, polled), step, action)
    if (control.signal.aborted) return this.#snapshot
    this.#foreground = undefined
    this.#enter(next)
    return next
  }

  async #settle(task: () => Promise<Outcome>, step: Step | undefined, action?: Submitted): Promise<FlowSnapshot> {
    try {
      const outcome = await task()
      switch (outcome.kind) {
        case 'response':
          return { phase: 'done', response: outcome.response }
        case 'step':
          return { phase: 'step', step: makeStep(outcome.representation) }
        case 'same-step':
          return afterSameStep(outcome.messages, step, action)
        case 'problem':
          return afterProblem(outcome.problem, step, action)
      }
    } catch (cause) {
      const error = cause instanceof KitError ? cause : new KitError('malformed', 'the kit could not go on', { cause })
      return afterError(error, step, action)
    }
  }

  #enter(snapshot: FlowSnapshot): void {
    if (snapshot.phase === 'step' && snapshot.step.polling?.isWaiting) void this.#poll(snapshot.step)
    this.#show(snapshot)
  }

  /** Asks again and again, until something else comes or somebody takes over. */
  async #poll(first: Step): Promise<void> {
    const run = (this.#polling = new PollRun(first.representation))
    let step = first
    while (step.polling?.isWaiting) {
      const send = (form: FormAction, signal: AbortSignal) => this.#send(makeRequest(form, {}, this.#issuer), signal)
      const next = await this.#settle(() => run.ask(step.representation, this.#wait, send), step)
      if (run.hasEnded) return
      if (next.phase !== 'step') return this.#show(next)
      if (next.step.error && run.canBear(next.step.error)) continue
      step = next.step.error || next.step.problem ? withoutWaiting(next.step) : next.step
      this.#show({ phase: 'step', step })
    }
  }

  #show(snapshot: FlowSnapshot): void {
    if (snapshot.phase === 'idle' && this.#snapshot.phase === 'idle') return
    this.#snapshot = snapshot
    for (const listener of [...this.#listeners]) listener(snapshot)
  }
}

async function ask(entry: () => Entry | Promise<Entry>): Promise<Entry> {
  try {
    return await entry()
  } catch (cause) {
    throw new KitError('entry', 'the app made no authorization request', { cause })
  }
}
