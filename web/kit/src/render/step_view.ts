import { findCounterpart, lookOf } from '../counterpart.js'
import type { Action, ClientOperationAction, FormAction, Link } from '../representation.js'
import type { FlowSnapshot, Step } from '../snapshot.js'
import type { Values } from '../submission.js'
import { canGoOn, renderActions } from './action_view.js'
import { element, Ids } from './dom.js'
import type { FieldView } from './field_view.js'
import { isHeading, renderAlert, renderLink, renderMessage, renderPolling } from './parts.js'
import type { KitTexts } from './texts.js'

export interface StepViewOptions {
  /** Is emptied and filled; nothing else may be in it. */
  readonly container: HTMLElement
  readonly texts: KitTexts
  supports(action: Action): boolean
  onSubmit(action: FormAction | ClientOperationAction, values: Values): void
  onFollow(link: Link): void
  /** Offered after a failure. */
  onRestart?(): void
  /** Offered when nothing on the page can be done here: the login by redirect. */
  onBrowser?(): void
}

/** Shows snapshots as accessible HTML, and moves the focus to where the user goes on. */
export class StepView {
  readonly #options: StepViewOptions
  readonly #ids = new Ids()
  #drawn: Step | undefined
  /** Looks like what is drawn; its forms are newer. */
  #latest: Step | undefined
  #fields: FieldView[] = []

  constructor(options: StepViewOptions) {
    this.#options = options
  }

  show(snapshot: FlowSnapshot): void {
    const { container, texts } = this.#options
    const isWorking = snapshot.phase === 'working'
    container.setAttribute('aria-busy', String(isWorking))
    for (const button of container.querySelectorAll('button')) button.disabled = isWorking
    switch (snapshot.phase) {
      case 'idle':
        return this.#replace(undefined)
      case 'working':
        return this.#drawn ? undefined : this.#replace(undefined, this.#status(texts.working))
      case 'step':
        return this.#showStep(snapshot.step)
      case 'done':
        return this.#replace(undefined, this.#status('code' in snapshot.response ? texts.done : texts.failed))
      case 'failed':
        return this.#showFailure(snapshot)
    }
  }

  get #document(): Document {
    return this.#options.container.ownerDocument
  }

  #status(words: string): HTMLElement {
    return element(this.#document, 'p', { class: 'status', part: 'status', role: 'status' }, words)
  }

  #button(words: string, onClick: () => void): HTMLElement {
    const button = element(this.#document, 'button', { type: 'button', class: 'primary', part: 'button primary' }, words)
    button.addEventListener('click', onClick)
    return button
  }

  #replace(step: Step | undefined, ...nodes: (Node | undefined)[]): void {
    this.#drawn = step
    if (!step) this.#fields = []
    this.#options.container.replaceChildren(...nodes.filter((node) => node !== undefined))
  }

  #showFailure({ error, problem }: Extract<FlowSnapshot, { phase: 'failed' }>): void {
    const { texts, onRestart } = this.#options
    const alert = renderAlert(this.#document, texts, problem, error)
    this.#replace(undefined, alert, onRestart && this.#button(texts.restart, () => onRestart()))
    alert.focus()
  }

  #showStep(step: Step): void {
    // A poll that brought nothing new must not take the focus or be read out again.
    const isDrawn = this.#drawn !== undefined && looksLike(this.#drawn, step)
    this.#latest = step
    if (isDrawn) return
    const before = this.#drawn
    const mayFocus = before !== undefined || this.#hasNoRival()
    const isSame = step.problem !== undefined || before?.representation === step.representation
    const entered = new Map(isSame ? this.#fields.map((view) => [view.field.name, view.value()] as const) : [])
    this.#draw(step, entered)
    if (mayFocus) this.#focus(step)
  }

  #draw(step: Step, entered: ReadonlyMap<string, string | boolean>): void {
    const { texts, supports, onSubmit, onFollow, onBrowser } = this.#options
    const newest = <Kind extends Action>(action: Kind) => findCounterpart(action, step.actions, this.#latest?.actions ?? []) ?? action
    const document = this.#document
    this.#fields = []
    const actions = renderActions(
      {
        document,
        ids: this.#ids,
        texts,
        problem: step.problem,
        entered,
        hiddenKinds: step.polling?.isWaiting ? ['poll'] : [],
        supports,
        submit: (action, values) => onSubmit(newest(action), values),
        add: (view) => this.#fields.push(view),
      },
      step.actions,
    )
    const heading = step.messages.find(isHeading)
    const isStuck = !step.polling?.isWaiting && !canGoOn(step.actions, supports)
    const links = [...step.links, ...(step.problem?.links ?? [])].map((link) => renderLink(document, link, onFollow))
    this.#replace(
      step,
      heading && element(document, 'h2', { tabindex: -1, part: 'heading', dir: 'auto' }, heading.text),
      step.problem || step.error ? renderAlert(document, texts, step.problem, step.error) : undefined,
      ...step.messages.filter((message) => message !== heading).map((message) => renderMessage(document, message)),
      renderPolling(document, texts, step.polling),
      ...actions,
      isStuck && actions.length === 0 ? element(document, 'p', { class: 'message warn' }, texts.notHere) : undefined,
      isStuck && onBrowser ? this.#button(texts.browser, () => onBrowser()) : undefined,
      links.length > 0 ? element(document, 'div', { class: 'links', part: 'links' }, ...links) : undefined,
    )
  }

  /** The first step may not take the focus from another part of the page. */
  #hasNoRival(): boolean {
    const { container } = this.#options
    const root = container.getRootNode()
    const active = this.#document.activeElement
    return !active || active === this.#document.body || container.contains(active) || (root as ShadowRoot).host === active
  }

  /** To what is wrong, else to what is empty, else to what is to be read. */
  #focus(step: Step): void {
    const controls = this.#fields.map(({ control }) => control).filter(({ disabled }) => !disabled)
    const wrong = controls.find((control) => control.getAttribute('aria-invalid') === 'true')
    const empty = controls.find((control) => control.tagName === 'INPUT' && control.type !== 'checkbox' && control.value === '')
    const alert = step.problem || step.error ? '[role=alert]' : undefined
    const read = this.#options.container.querySelector<HTMLElement>(alert ?? 'h2, button')
    const target = wrong ?? empty ?? read
    target?.focus()
  }
}

/** Would drawing it change anything? */
function looksLike(drawn: Step, step: Step): boolean {
  const visible = ({ actions, messages, links, problem, error, polling }: Step) =>
    JSON.stringify([lookOf(actions), messages, links, problem, error?.code, polling?.isWaiting, polling?.status, polling?.recipient])
  return !step.problem && !step.error && visible(drawn) === visible(step)
}
