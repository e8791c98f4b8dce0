// From one request to the next moment that needs the user or the app: redirections are followed, answers are read.
import { KitError, malformed } from './errors.js'
import { isObject, objectIn, textIn, type Json } from './json.js'
import { findResponseLink, parseProblem, parseRepresentation } from './parse_representation.js'
import type { AuthorizationResponse, Message, Problem, Representation } from './representation.js'
import { makeRequest, redirectionOf } from './submission.js'
import type { Answer, ApiRequest, Transport } from './transport.js'

export type Outcome =
  | { readonly kind: 'step'; readonly representation: Representation }
  | { readonly kind: 'same-step'; readonly messages: readonly Message[] }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'response'; readonly response: AuthorizationResponse }

export interface WalkOptions {
  readonly issuer: URL
  /** As in the metadata of the server, to be compared letter by letter. */
  readonly issuerName: string
  readonly maxRedirections: number
  /** The state the app sent, when the kit knows it. */
  readonly state: string | undefined
}

/** A response of somebody else, or to another request, is none. Spec: RFC 9207 */
function checkResponse(properties: Json, options: WalkOptions, hasState: boolean): void {
  if (textIn(properties, 'iss') !== options.issuerName) {
    throw new KitError('issuer-mismatch', 'the response names another issuer')
  }
  if (hasState && options.state !== undefined && textIn(properties, 'state') !== options.state) {
    throw new KitError('state-mismatch', 'the response has another state')
  }
}

function readResponse(json: unknown, options: WalkOptions): AuthorizationResponse {
  const properties = objectIn(isObject(json) ? json : {}, 'properties')
  checkResponse(properties, options, true)
  const common = { state: textIn(properties, 'state'), iss: textIn(properties, 'iss') }
  const error = textIn(properties, 'error')
  if (error !== '') return { ...common, error, errorDescription: textIn(properties, 'error_description') }
  const code = textIn(properties, 'code')
  if (code === '') throw malformed('a response without a code')
  const redirectUrl = findResponseLink(json)
  return { ...common, code, ...(redirectUrl !== undefined && { redirectUrl }) }
}

function readProblem(answer: Answer, options: WalkOptions): Outcome {
  const problem = parseProblem(answer.json, answer.status, { url: answer.url, issuer: options.issuer })
  if (problem.name !== 'error-authorization-response') return { kind: 'problem', problem }
  const { properties } = problem
  checkResponse(properties, options, Object.hasOwn(properties, 'state'))
  const response = {
    error: textIn(properties, 'error') || 'server_error',
    errorDescription: textIn(properties, 'error_description'),
    state: textIn(properties, 'state'),
    iss: textIn(properties, 'iss'),
  }
  return { kind: 'response', response }
}

function readAnswer(answer: Answer, options: WalkOptions): Outcome {
  if (answer.isProblem) return readProblem(answer, options)
  const representation = parseRepresentation(answer.json, { url: answer.url, issuer: options.issuer })
  switch (representation.type) {
    case 'oauth-authorization-response':
      return { kind: 'response', response: readResponse(answer.json, options) }
    case 'continue-same-step':
      return { kind: 'same-step', messages: representation.messages }
    default:
      return { kind: 'step', representation }
  }
}

/** What goes on by itself: a redirection, and a poll that has its answer. */
function findOnward(representation: Representation) {
  const { type, properties, actions } = representation
  if (type === 'redirection-step') {
    const form = redirectionOf(representation)
    if (!form) throw malformed('a redirection is exactly one form')
    return form
  }
  if (type !== 'polling-step' || textIn(properties, 'status') !== 'done') return undefined
  const onward = actions.filter((action) => action.template === 'form' && action.kind !== 'cancel')
  return onward.length === 1 && onward[0]?.template === 'form' ? onward[0] : undefined
}

/** Fails: too-many-redirections, issuer-mismatch, state-mismatch, malformed and what Transport::send says */
export async function walk(transport: Transport, first: ApiRequest, options: WalkOptions, signal: AbortSignal): Promise<Outcome> {
  let request = first
  for (let count = 0; ; ++count) {
    const outcome = readAnswer(await transport.send(request, signal), options)
    const onward = outcome.kind === 'step' ? findOnward(outcome.representation) : undefined
    if (!onward) return outcome
    if (count >= options.maxRedirections) throw new KitError('too-many-redirections', 'the server redirects without end')
    request = makeRequest(onward, {}, options.issuer)
  }
}
