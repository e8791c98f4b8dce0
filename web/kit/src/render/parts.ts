// The parts of a step that are only read: messages, the alert, links, the state of a poll.
import type { KitError } from '../errors.js'
import type { Link, Message, Problem } from '../representation.js'
import type { Polling } from '../snapshot.js'
import { element } from './dom.js'
import type { KitTexts } from './texts.js'

const CLASSES: readonly string[] = ['info', 'warn', 'error', 'userName', 'userCode', 'recipientOfCommunication']

export const isHeading = ({ classList }: Message): boolean => classList.includes('heading')

export function renderMessage(document: Document, message: Message): HTMLElement {
  const { text, classList } = message
  if (isHeading(message)) return element(document, 'h3', { part: 'heading', dir: 'auto' }, text)
  const known = classList.find((each) => CLASSES.includes(each)) ?? 'info'
  return element(document, 'p', { class: `message ${known}`, part: `message ${known}`, dir: 'auto' }, text)
}

export function textOfError(error: KitError, texts: KitTexts): string {
  switch (error.code) {
    case 'network':
    case 'timeout':
      return texts.network
    case 'operation-refused':
      return texts.refused
    case 'operation-failed':
      return texts.operation
    case 'polling-expired':
      return texts.expired
    default:
      return texts.failed
  }
}

/** Read out at once, as soon as it is there. */
export function renderAlert(document: Document, texts: KitTexts, problem?: Problem, error?: KitError): HTMLElement {
  const lines = problem ? [problem.title, problem.detail, ...problem.messages.map(({ text }) => text)].filter(Boolean) : []
  if (lines.length === 0) lines.push(error && !problem ? textOfError(error, texts) : texts.failed)
  const alert = element(document, 'div', { class: 'alert', part: 'alert', role: 'alert', tabindex: -1 })
  for (const line of new Set(lines)) alert.append(element(document, 'p', { dir: 'auto' }, line))
  return alert
}

export function renderPolling(document: Document, texts: KitTexts, polling: Polling | undefined): HTMLElement | undefined {
  if (!polling?.isWaiting) return undefined
  const words = polling.recipient ? texts.waiting.replace('{}', () => polling.recipient) : texts.working
  return element(document, 'p', { class: 'polling', part: 'polling', role: 'status', dir: 'auto' }, words)
}

/** A picture, a way on within the login, or a page elsewhere in a window of its own. */
export function renderLink(document: Document, link: Link, follow: (link: Link) => void): HTMLElement {
  const words = link.title || link.rel
  if (link.kind === 'picture') {
    const picture = element(document, 'img', { class: 'picture', part: 'picture', alt: words || ' ' })
    picture.referrerPolicy = 'no-referrer'
    picture.src = link.href
    return picture
  }
  if (link.kind === 'step') {
    const button = element(document, 'button', { type: 'button', class: 'link', part: 'link', dir: 'auto' }, words)
    button.addEventListener('click', () => follow(link))
    return button
  }
  const anchor = element(document, 'a', { part: 'link', dir: 'auto', target: '_blank', rel: 'noopener noreferrer' }, words)
  anchor.href = link.href
  return anchor
}
