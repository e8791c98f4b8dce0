import type { CheckboxField, Field, PlainField, SelectField } from '../representation.js'
import { element, type Attributes, type Ids } from './dom.js'

export type Control = HTMLInputElement | HTMLSelectElement

/** What is drawn besides the field itself. */
export interface FieldState {
  /** What the user had entered before the server refused it. */
  readonly entered?: string | boolean | undefined
  readonly isInvalid: boolean
  /** What is wrong with this field; empty when the alert says all. */
  readonly error: string
}

export interface FieldView {
  readonly field: Field
  readonly node: HTMLElement
  readonly control: Control
  value(): string | boolean
}

const AUTOCOMPLETE = /^[a-z][a-z0-9 -]{0,63}$/
const INPUT_TYPES: Readonly<Record<string, string>> = { email: 'email', tel: 'tel', url: 'url' }

/** A number here is a code or an amount: type=number would take digits away and add arrows. */
function inputAttributes(field: PlainField): Attributes {
  const common: Attributes = {
    placeholder: field.placeholder,
    autocomplete: AUTOCOMPLETE.test(field.autocomplete) ? field.autocomplete : undefined,
    minlength: field.minLength,
    maxlength: field.maxLength,
  }
  switch (field.type) {
    case 'username':
      return { autocomplete: 'username', ...definedOnly(common), type: 'text', autocapitalize: 'none', spellcheck: 'false' }
    case 'password':
      return { autocomplete: 'current-password', ...definedOnly(common), type: 'password' }
    default:
      return {
        ...common,
        type: INPUT_TYPES[field.kind] ?? 'text',
        inputmode: field.kind === 'number' ? 'numeric' : undefined,
        spellcheck: field.kind === '' ? undefined : 'false',
      }
  }
}

const definedOnly = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

function makeInput(document: Document, field: PlainField, attributes: Attributes, entered: FieldState['entered']) {
  const input = element(document, 'input', { ...inputAttributes(field), ...attributes })
  input.value = field.type === 'password' ? '' : typeof entered === 'string' ? entered : field.value
  return input
}

/** A box that cannot be changed is shown and left out of the way: `readonly` does not exist for it in HTML. */
function makeCheckbox(document: Document, field: CheckboxField, attributes: Attributes, entered: FieldState['entered']) {
  const box = element(document, 'input', { ...attributes, type: 'checkbox' })
  box.checked = typeof entered === 'boolean' && !field.readonly ? entered : field.checked
  box.disabled = field.readonly
  return box
}

function makeSelect(document: Document, field: SelectField, attributes: Attributes, entered: FieldState['entered']) {
  const select = element(document, 'select', attributes)
  for (const { value, label, selected } of field.options) {
    const option = element(document, 'option', {}, label || value)
    option.value = value
    option.selected = typeof entered === 'string' ? value === entered : selected
    select.append(option)
  }
  return select
}

function makeControl(document: Document, field: Field, attributes: Attributes, entered: FieldState['entered']): Control {
  switch (field.type) {
    case 'checkbox':
      return makeCheckbox(document, field, attributes, entered)
    case 'select':
      return makeSelect(document, field, attributes, entered)
    default:
      return makeInput(document, field, attributes, entered)
  }
}

/** A field with its label, its help and what is wrong with it, tied together for screen readers. */
export function renderField(document: Document, ids: Ids, field: Field, state: FieldState): FieldView {
  const id = ids.next()
  const help = field.help ? element(document, 'p', { id: ids.next(), class: 'help', dir: 'auto' }, field.help) : undefined
  const error = state.error ? element(document, 'p', { id: ids.next(), class: 'field-error', dir: 'auto' }, state.error) : undefined
  const control = makeControl(
    document,
    field,
    {
      id,
      part: 'control',
      required: field.required,
      'aria-invalid': state.isInvalid ? 'true' : undefined,
      'aria-describedby': [error?.id, help?.id].filter(Boolean).join(' '),
    },
    state.entered,
  )
  const label = element(document, 'label', { for: id, dir: 'auto' }, field.label || field.name)
  const isBox = field.type === 'checkbox'
  const node = element(document, 'div', { class: isBox ? 'field box' : 'field', part: 'field' })
  node.append(...[...(isBox ? [control, label] : [label, control]), error, help].filter((each) => each !== undefined))
  const value = () => (isBox ? (control as HTMLInputElement).checked : control.value)
  return { field, node, control, value }
}
