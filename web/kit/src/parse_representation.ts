import { isTrustworthy, parseAddress } from './address.js'
import { malformed } from './errors.js'
import { arrayIn, isObject, objectIn, textIn, type Json } from './json.js'
import { listIn, parseAction, type Origin } from './parse_action.js'
import type { Link, Message, Problem, Representation } from './representation.js'

const PICTURE = /^data:image\/[a-z0-9.+-]+[;,]/i
export const RESPONSE_REL = 'authorization-response'

function parseMessage(json: Json): Message {
  const classes = arrayIn(json, 'classList').filter((each): each is string => typeof each === 'string')
  return { text: textIn(json, 'text'), classList: classes }
}

/** Nothing for an address that is neither https nor a picture: such a link is not shown. */
function parseLink(json: Json, origin: Origin): Link | undefined {
  const base = { rel: textIn(json, 'rel'), title: textIn(json, 'title') }
  const href = textIn(json, 'href')
  if (base.rel === RESPONSE_REL || href === '') return undefined
  if (PICTURE.test(href)) return { ...base, kind: 'picture', href }
  const url = parseAddress(href, origin.url)
  if (!url || !isTrustworthy(url) || url.username !== '' || url.password !== '') return undefined
  if (textIn(json, 'type').startsWith('image/')) return { ...base, kind: 'picture', href: url.href }
  return { ...base, kind: url.origin === origin.issuer.origin ? 'step' : 'outside', href: url.href }
}

const messagesIn = (json: Json): Message[] =>
  listIn(json, 'messages')
    .map(parseMessage)
    .filter(({ text }) => text !== '')

const linksIn = (json: Json, origin: Origin): Link[] =>
  listIn(json, 'links').flatMap((each) => parseLink(each, origin) ?? [])

/** Fails: malformed, foreign-address */
export function parseRepresentation(json: unknown, origin: Origin): Representation {
  if (!isObject(json) || textIn(json, 'type') === '') throw malformed('a representation without a type')
  return {
    type: textIn(json, 'type'),
    viewName: textIn(objectIn(json, 'metadata'), 'viewName'),
    properties: objectIn(json, 'properties'),
    actions: listIn(json, 'actions').map((each) => parseAction(each, origin)),
    links: linksIn(json, origin),
    messages: messagesIn(json),
  }
}

/** Any object is a problem, as RFC 9457 has it: without a type it is "about:blank". */
export function parseProblem(json: unknown, status: number, origin: Origin): Problem {
  if (!isObject(json)) throw malformed('a problem that is no object')
  return {
    name: textIn(json, 'type').split(/[/:#]/).at(-1) || 'unexpected',
    status,
    title: textIn(json, 'title'),
    detail: textIn(json, 'detail'),
    invalidFields: listIn(json, 'invalidFields').map((each) => ({
      name: textIn(each, 'name'),
      reason: textIn(each, 'reason'),
      detail: textIn(each, 'detail'),
    })),
    messages: messagesIn(json),
    links: linksIn(json, origin),
    actions: listIn(json, 'actions').map((each) => parseAction(each, origin)),
    properties: json,
  }
}

/** Where the app's redirect URI would be called. Nothing unless it is an address that an app may safely go to. */
export function findResponseLink(json: unknown): string | undefined {
  if (!isObject(json)) return undefined
  const link = listIn(json, 'links').find((each) => textIn(each, 'rel') === RESPONSE_REL)
  const url = link && parseAddress(textIn(link, 'href'))
  return url && isTrustworthy(url) ? url.href : undefined
}
