import { textIn } from '../json.js'
import {
  visibleFields,
  type Action,
  type ClientOperationAction,
  type Field,
  type FormAction,
  type Problem,
  type SelectorAction,
} from '../representation.js'
import type { Values } from '../submission.js'
import { element, type Ids } from './dom.js'
import { renderField, type FieldView } from './field_view.js'
import type { KitTexts } from './texts.js'

export interface ActionContext {
  readonly document: Document
  readonly ids: Ids
  readonly texts: KitTexts
  readonly problem: Problem | undefined
  /** What was entered before, by field name. */
  readonly entered: ReadonlyMap<string, string | boolean>
  /** Actions of these kinds are not shown now. */
  readonly hiddenKinds: readonly string[]
  supports(action: Action): boolean
  submit(action: FormAction | ClientOperationAction, values: Values): void
  /** Told of each field that is drawn. */
  add(view: FieldView): void
}

type Submittable = FormAction | ClientOperationAction

function makeField(context: ActionContext, field: Field): FieldView {
  const { problem, texts } = context
  const invalid = problem?.invalidFields.find(({ name }) => name === field.name)
  const isWrongSecret = problem?.name === 'incorrect-credentials' && field.type === 'password'
  const view = renderField(context.document, context.ids, field, {
    entered: context.entered.get(field.name),
    isInvalid: invalid !== undefined || isWrongSecret,
    error: invalid ? invalid.detail || texts.invalid : '',
  })
  context.add(view)
  return view
}

/** The server says what comes first; when it does not, it is the form to fill in, or the only way on. */
function styleOf({ kind, properties }: Submittable, isLikelyMain: boolean): string {
  if (properties['dangerous'] === true) return 'dangerous'
  return properties['main'] === true || (isLikelyMain && kind !== 'cancel') ? 'primary' : 'secondary'
}

function renderForm(context: ActionContext, action: Submittable, isAlone: boolean): HTMLElement {
  const { document, texts } = context
  const views = visibleFields(action).map((field) => makeField(context, field))
  const words = (action.template === 'form' && action.actionTitle) || action.title || texts.next
  const style = styleOf(action, views.length > 0 || isAlone)
  const text = textIn(action.properties, 'text')
  const about = text ? element(document, 'p', { id: context.ids.next(), class: 'help', dir: 'auto' }, text) : undefined
  const button = element(
    document,
    'button',
    { type: 'submit', class: style, part: `button ${style}`, dir: 'auto', 'aria-describedby': about?.id },
    words,
  )
  const form = element(document, 'form', { class: 'action', part: 'form' })
  if (views.length > 0 && action.title && action.title !== words) {
    const id = context.ids.next()
    form.append(element(document, 'h3', { id, dir: 'auto' }, action.title))
    form.setAttribute('aria-labelledby', id)
  }
  form.append(...views.map(({ node }) => node), button, ...(about ? [about] : []))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    // fromEntries makes own members of any name, "__proto__" too.
    context.submit(action, Object.fromEntries(views.map((view) => [view.field.name, view.value()])))
  })
  return form
}

/** Something else is offered for what cannot be done here, or it is said that there is nothing. */
function renderUnsupported(context: ActionContext, action: Exclude<Action, SelectorAction>): HTMLElement {
  const { document, texts } = context
  const box = element(document, 'div', { class: 'unsupported' })
  box.append(element(document, 'p', { class: 'warn', dir: 'auto' }, action.title ? `${action.title}: ${texts.notHere}` : texts.notHere))
  box.append(...renderActions(context, action.errorActions))
  return box
}

function renderSelector(context: ActionContext, { title, options }: SelectorAction): HTMLElement {
  const { document } = context
  const heading = title ? element(document, 'h3', { id: context.ids.next(), dir: 'auto' }, title) : undefined
  const list = element(document, 'ul', { class: 'options' })
  for (const option of renderActions(context, options)) list.append(element(document, 'li', {}, option))
  return element(document, 'div', { class: 'selector', role: 'group', 'aria-labelledby': heading?.id }, heading, list)
}

function renderAction(context: ActionContext, action: Action, isAlone: boolean): HTMLElement {
  if (action.template === 'selector') return renderSelector(context, action)
  if (action.template === 'unsupported' || !context.supports(action)) return renderUnsupported(context, action)
  return renderForm(context, action, isAlone)
}

export function renderActions(context: ActionContext, actions: readonly Action[]): HTMLElement[] {
  const shown = actions.filter(({ kind }) => !context.hiddenKinds.includes(kind))
  const main = shown.filter(({ kind }) => kind !== 'cancel').length
  return shown.map((action) => renderAction(context, action, main === 1))
}

/** Is there anything besides giving up that can be done here? */
export function canGoOn(actions: readonly Action[], supports: (action: Action) => boolean): boolean {
  return actions.some((action) => {
    if (action.kind === 'cancel') return false
    if (action.template === 'selector') return canGoOn(action.options, supports)
    return supports(action) || canGoOn(action.errorActions, supports)
  })
}
