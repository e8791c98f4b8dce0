import type { AccessTokenProvider } from './access_token.js'
import type { DpopKey } from './dpop_key.js'
import { KitError } from './errors.js'
import { AuthenticationFlow, type Entry } from './flow.js'
import type { Operations } from './operations/operation.js'
import { StepView } from './render/step_view.js'
import { textsFor, type KitTexts } from './render/texts.js'
import { theme } from './render/theme.js'
import type { AuthorizationResponse, Problem } from './representation.js'
import type { FlowSnapshot, Step } from './snapshot.js'

export interface SignetLoginEventMap {
  'signet-step': CustomEvent<Step>
  'signet-response': CustomEvent<AuthorizationResponse>
  'signet-failed': CustomEvent<{ readonly error: KitError; readonly problem?: Problem }>
  /** The user wants to go on with the login by redirect (with the attribute `browser-fallback`). */
  'signet-browser': CustomEvent<undefined>
}

/**
 * <signet-login issuer="https://login.example" lang="de"></signet-login>
 *
 * Set `accessTokens`, then call `start`. The end comes as the event `signet-response`.
 */
export class SignetLogin extends HTMLElement {
  accessTokens: AccessTokenProvider | undefined
  key: DpopKey | undefined
  operations: Operations | undefined
  /** Default: the words of the language in `lang`, of the element or of what it stands in. */
  texts: KitTexts | undefined
  readonly #container: HTMLElement
  #flow: AuthenticationFlow | undefined

  constructor() {
    super()
    const root = this.attachShadow({ mode: 'open' })
    this.#container = this.ownerDocument.createElement('div')
    this.#container.className = 'step'
    root.append(this.#container)
    adoptTheme(root)
  }

  get flow(): AuthenticationFlow | undefined {
    return this.#flow
  }

  /** Begins a login. A function is asked again when the user starts again: a request_uri works once. */
  async start(entry: Entry | (() => Entry | Promise<Entry>)): Promise<void> {
    await this.#begin(() => void this.start(entry)).start(entry)
  }

  disconnectedCallback(): void {
    this.#flow?.stop()
  }

  #begin(onRestart: () => void): AuthenticationFlow {
    const { accessTokens, key, operations } = this
    if (!accessTokens) throw new KitError('token', 'accessTokens is not set')
    this.#flow?.stop()
    const authorizationEndpoint = this.getAttribute('authorization-endpoint')
    const flow = new AuthenticationFlow({
      issuer: this.getAttribute('issuer') ?? '',
      accessTokens,
      ...(authorizationEndpoint !== null && { authorizationEndpoint }),
      ...(key && { key }),
      ...(operations && { operations }),
    })
    const view = this.#makeView(flow, onRestart)
    flow.subscribe((snapshot) => {
      view.show(snapshot)
      this.#tell(snapshot)
    })
    return (this.#flow = flow)
  }

  #makeView(flow: AuthenticationFlow, onRestart: () => void): StepView {
    const language = this.closest('[lang]')?.getAttribute('lang') ?? navigator.language
    // A refusal here is a second click while the first one works; everything else is in the snapshot.
    const ignore = () => undefined
    return new StepView({
      container: this.#container,
      texts: this.texts ?? textsFor(language),
      supports: (action) => flow.supports(action),
      onSubmit: (action, values) => void flow.submit(action, values).catch(ignore),
      onFollow: (link) => void flow.follow(link).catch(ignore),
      onRestart,
      ...(this.hasAttribute('browser-fallback') && { onBrowser: () => this.#dispatch('signet-browser', undefined) }),
    })
  }

  #tell(snapshot: FlowSnapshot): void {
    if (snapshot.phase === 'step') this.#dispatch('signet-step', snapshot.step)
    if (snapshot.phase === 'done') this.#dispatch('signet-response', snapshot.response)
    if (snapshot.phase === 'failed') this.#dispatch('signet-failed', snapshot)
  }

  #dispatch(name: keyof SignetLoginEventMap, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}

/** A constructed sheet needs no permission of a Content-Security-Policy, unlike a style element. */
function adoptTheme(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(theme)
  root.adoptedStyleSheets = [sheet]
}

declare global {
  interface HTMLElementTagNameMap {
    'signet-login': SignetLogin
  }
  interface HTMLElementEventMap extends SignetLoginEventMap {}
}
