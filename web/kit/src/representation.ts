// The model of application/vnd.auth+json as the kit has it: complete, checked, every address absolute.
import type { Json } from './json.js'

/** Other types may come; a client needs to know only those that it has to react to. */
export type RepresentationType =
  | 'authentication-step'
  | 'registration-step'
  | 'redirection-step'
  | 'polling-step'
  | 'continue-same-step'
  | 'user-consent-step'
  | 'oauth-authorization-response'
  | (string & {})

/** What one moment of a login looks like. */
export interface Representation {
  readonly type: RepresentationType
  /** A hint for themes; nothing may depend on it. */
  readonly viewName: string
  readonly properties: Json
  readonly actions: readonly Action[]
  readonly links: readonly Link[]
  readonly messages: readonly Message[]
}

export type Action = FormAction | SelectorAction | ClientOperationAction | UnsupportedAction

interface ActionBase {
  /** "login", "cancel", "poll", "continue", … */
  readonly kind: string
  readonly title: string
  /** `name`, `text` (a sentence about it), `main` (to be offered first), `dangerous` (it takes something away), … */
  readonly properties: Json
}

export interface FormAction extends ActionBase {
  readonly template: 'form'
  readonly href: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly type: 'application/x-www-form-urlencoded' | 'application/json'
  /** The words on the button. */
  readonly actionTitle: string
  readonly fields: readonly Field[]
  readonly continueActions: readonly Action[]
  readonly errorActions: readonly Action[]
}

/** Alternatives, of which the user takes one. */
export interface SelectorAction extends ActionBase {
  readonly template: 'selector'
  readonly options: readonly Action[]
}

/** Something that the platform does first, for example WebAuthn; its result goes into the form `continuation`. */
export interface ClientOperationAction extends ActionBase {
  readonly template: 'client-operation'
  readonly operation: string
  readonly arguments: Json
  /** The one form that has a context field. */
  readonly continuation: FormAction
  readonly errorActions: readonly Action[]
}

/** An action of a shape this kit does not know: it cannot be submitted, but what the server offers instead can. */
export interface UnsupportedAction extends ActionBase {
  readonly template: 'unsupported'
  /** What is not known, for developers. */
  readonly reason: string
  readonly errorActions: readonly Action[]
}

export type Field = PlainField | CheckboxField | SelectField

interface FieldBase {
  readonly name: string
  readonly label: string
  readonly value: string
  /** A sentence about the field. */
  readonly help: string
  readonly required: boolean
}

export interface PlainField extends FieldBase {
  /** The value of `context` is supplied by the platform, never by the user. */
  readonly type: 'hidden' | 'text' | 'username' | 'password' | 'context'
  /** Of a text: "number", "email", "tel", "url"; empty: any text. */
  readonly kind: string
  readonly placeholder: string
  readonly autocomplete: string
  readonly minLength?: number
  readonly maxLength?: number
}

export interface CheckboxField extends FieldBase {
  readonly type: 'checkbox'
  readonly checked: boolean
  readonly readonly: boolean
}

export interface SelectField extends FieldBase {
  readonly type: 'select'
  readonly options: readonly { readonly value: string; readonly label: string; readonly selected: boolean }[]
}

export interface Message {
  readonly text: string
  /** "heading", "info", "warn", "error", "userName", "userCode", "recipientOfCommunication" */
  readonly classList: readonly string[]
}

/** `step` leads on within the login, `outside` to a page, `picture` is shown. Nothing else becomes a link. */
export interface Link {
  readonly kind: 'step' | 'outside' | 'picture'
  readonly rel: string
  readonly href: string
  readonly title: string
}

/** The end of the login, to be exchanged for tokens by the app that began it. */
export type AuthorizationResponse =
  | {
      readonly code: string
      readonly state: string
      readonly iss: string
      /** The redirect URI with the parameters, for apps that want to go there. The kit never does. */
      readonly redirectUrl?: string
    }
  | { readonly error: string; readonly errorDescription: string; readonly state: string; readonly iss: string }

/** Why a step did not go on. */
export interface Problem {
  /** The end of the type URI: "incorrect-credentials", "invalid-input", … */
  readonly name: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly invalidFields: readonly { readonly name: string; readonly reason: string; readonly detail: string }[]
  readonly messages: readonly Message[]
  readonly links: readonly Link[]
  /** The page's new forms, when a form can be sent only once. */
  readonly actions: readonly Action[]
  readonly properties: Json
}

/** All fields that a user fills in, of a form or of the form that an operation goes on with. */
export function visibleFields(action: FormAction | ClientOperationAction): readonly Field[] {
  const form = action.template === 'form' ? action : action.continuation
  return form.fields.filter((field) => field.type !== 'hidden' && field.type !== 'context')
}
