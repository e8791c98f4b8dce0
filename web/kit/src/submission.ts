// From an action and what the user entered to a request.
import { checkAddress } from './address.js'
import { KitError } from './errors.js'
import { visibleFields, type Field, type FormAction, type Representation } from './representation.js'
import type { ApiRequest } from './transport.js'

/** What the user entered, by field name; for a checkbox whether it is checked. What is left out keeps its value. */
export type Values = Readonly<Record<string, string | boolean>>

type Pair = readonly [name: string, value: string]

function readField(field: Field, entered: string | boolean | undefined, context: string | undefined): Pair[] {
  switch (field.type) {
    case 'hidden':
      return [[field.name, field.value]]
    case 'context':
      if (context === undefined) throw new KitError('context-without-operation', 'only an operation can fill a context field')
      return [[field.name, context]]
    case 'checkbox': {
      const checked = field.readonly || entered === undefined ? field.checked : entered === true
      return checked ? [[field.name, field.value || 'on']] : []
    }
    case 'select': {
      const chosen = entered ?? field.options.find(({ selected }) => selected)?.value ?? field.options[0]?.value
      if (chosen === undefined) return []
      if (!field.options.some(({ value }) => value === chosen)) throw new KitError('invalid-value', 'not one of the options')
      return [[field.name, String(chosen)]]
    }
    default:
      return [[field.name, String(entered ?? field.value)]]
  }
}

/** `context` is the result of the operation that the form continues. Fails: context-without-operation, invalid-value, unknown-field */
export function makeRequest(form: FormAction, values: Values, issuer: URL, context?: string): ApiRequest {
  const visible = new Set(visibleFields(form).map(({ name }) => name))
  if (Object.keys(values).some((name) => !visible.has(name))) {
    throw new KitError('unknown-field', 'a value for a field that the form does not have')
  }
  const pairs = form.fields.flatMap((field) =>
    readField(field, Object.hasOwn(values, field.name) ? values[field.name] : undefined, context),
  )
  const url = checkAddress(form.href, issuer, issuer)
  if (form.method === 'GET') {
    for (const [name, value] of pairs) url.searchParams.append(name, value)
    return { method: 'GET', url }
  }
  const isJson = form.type === 'application/json'
  const body = isJson ? JSON.stringify(Object.fromEntries(pairs)) : String(new URLSearchParams(pairs.map((pair) => [...pair])))
  return { method: form.method, url, contentType: form.type, body }
}

/** The one form that a redirection step has. */
export function redirectionOf({ actions }: Representation): FormAction | undefined {
  const only = actions.length === 1 ? actions[0] : undefined
  return only?.template === 'form' ? only : undefined
}
