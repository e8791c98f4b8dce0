import { checkAddress } from './address.js'
import { malformed } from './errors.js'
import { arrayIn, flagIn, isObject, numberIn, objectIn, objectOf, textIn, type Json } from './json.js'
import type { Action, Field, FormAction, PlainField, UnsupportedAction } from './representation.js'

/** Where an answer came from: what its relative addresses are relative to, and whose addresses may be followed. */
export interface Origin {
  readonly url: URL
  readonly issuer: URL
}

const MAX_DEPTH = 6
const MAX_ITEMS = 200
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE']
const TYPES: readonly string[] = ['application/x-www-form-urlencoded', 'application/json']
const PLAIN: readonly string[] = ['hidden', 'text', 'username', 'password', 'context']
const FIELDS: readonly string[] = [...PLAIN, 'checkbox', 'select']

/** At most MAX_ITEMS, so that no answer can make a page that the browser cannot draw. */
export function listIn(from: Json, name: string): readonly Json[] {
  const list = arrayIn(from, name)
  if (list.length > MAX_ITEMS) throw malformed(`more than ${MAX_ITEMS} ${name}`)
  return list.filter(isObject)
}

/** Fails: malformed without a name */
function parseField(json: Json, type: string): Field {
  const base = {
    name: textIn(json, 'name'),
    label: textIn(json, 'label'),
    value: textIn(json, 'value'),
    help: textIn(json, 'help'),
    required: flagIn(json, 'required'),
  }
  if (base.name === '') throw malformed('a field without a name')
  if (type === 'checkbox') {
    return { ...base, type, checked: flagIn(json, 'checked'), readonly: flagIn(json, 'readonly') }
  }
  if (type === 'select') {
    const options = listIn(json, 'options').map((option) => ({
      value: textIn(option, 'value'),
      label: textIn(option, 'label'),
      selected: flagIn(option, 'selected'),
    }))
    return { ...base, type, options }
  }
  const minLength = numberIn(json, 'minLength')
  const maxLength = numberIn(json, 'maxLength')
  return {
    ...base,
    type: PLAIN.includes(type) ? (type as PlainField['type']) : 'text',
    kind: textIn(json, 'kind'),
    placeholder: textIn(json, 'placeholder'),
    autocomplete: textIn(json, 'autocomplete'),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && maxLength > 0 && { maxLength }),
  }
}

class ActionParser {
  constructor(
    readonly json: Json,
    readonly origin: Origin,
    readonly depth: number,
  ) {
    if (depth > MAX_DEPTH) throw malformed('actions within actions without end')
  }

  get model(): Json {
    return objectIn(this.json, 'model')
  }

  get base() {
    return {
      kind: textIn(this.json, 'kind'),
      title: textIn(this.json, 'title'),
      properties: objectIn(this.json, 'properties'),
    }
  }

  actions(name: string, mayHaveContext = false): Action[] {
    return listIn(this.model, name).map((each) => parseAction(each, this.origin, this.depth + 1, mayHaveContext))
  }

  get hasErrorActions(): boolean {
    return arrayIn(this.model, 'errorActions').length > 0
  }

  unsupported(reason: string): UnsupportedAction {
    return { ...this.base, template: 'unsupported', reason, errorActions: this.actions('errorActions') }
  }

  form(mayHaveContext: boolean): FormAction | UnsupportedAction {
    const { model } = this
    const href = checkAddress(textIn(model, 'href'), this.origin.url, this.origin.issuer).href
    const method = textIn(model, 'method').toUpperCase() || 'GET'
    const type = textIn(model, 'type') || TYPES[0]!
    if (!METHODS.includes(method)) return this.unsupported('the method of the form')
    if (!TYPES.includes(type)) return this.unsupported('the media type of the form')
    const fields: Field[] = []
    for (const json of listIn(model, 'fields')) {
      const fieldType = textIn(json, 'type')
      // As in HTML, what is not known is text, unless the server has something better for clients that do not know it.
      if (!FIELDS.includes(fieldType) && this.hasErrorActions) return this.unsupported('the type of a field')
      const field = parseField(json, fieldType)
      if (field.type === 'context' && !mayHaveContext) return this.unsupported('a context field without an operation')
      fields.push(field)
    }
    return {
      ...this.base,
      template: 'form',
      href,
      method: method as FormAction['method'],
      type: type as FormAction['type'],
      actionTitle: textIn(model, 'actionTitle'),
      fields,
      continueActions: this.actions('continueActions'),
      errorActions: this.actions('errorActions'),
    }
  }

  selector(): Action {
    const options = this.actions('options')
    return options.length > 0 ? { ...this.base, template: 'selector', options } : this.unsupported('a choice of nothing')
  }

  operation(): Action {
    const hasContext = (action: Action): action is FormAction =>
      action.template === 'form' && action.fields.filter((field) => field.type === 'context').length === 1
    const continuation = this.actions('continueActions', true).find(hasContext)
    if (!continuation) return this.unsupported('an operation whose result goes nowhere')
    return {
      ...this.base,
      template: 'client-operation',
      operation: textIn(this.model, 'name'),
      arguments: objectIn(this.model, 'arguments'),
      continuation,
      errorActions: this.actions('errorActions'),
    }
  }
}

/** Unknown shapes become UnsupportedAction. Fails: foreign-address, malformed */
export function parseAction(json: unknown, origin: Origin, depth = 0, mayHaveContext = false): Action {
  const parser = new ActionParser(objectOf(json), origin, depth)
  switch (textIn(parser.json, 'template')) {
    case 'form':
      return parser.form(mayHaveContext)
    case 'selector':
      return parser.selector()
    case 'client-operation':
      return parser.operation()
    default:
      return parser.unsupported('the template of the action')
  }
}
