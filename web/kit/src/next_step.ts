// What becomes of a step when the answer to it is not another step.
import { flatten } from './counterpart.js'
import { KitError, malformed } from './errors.js'
import { objectIn } from './json.js'
import type { Action, ClientOperationAction, FormAction, Message, Problem } from './representation.js'
import { makeStep, type FlowSnapshot, type Step } from './snapshot.js'

export type Submitted = FormAction | ClientOperationAction | undefined

/** These say that the login as a whole is over. */
const FINAL_PROBLEMS: readonly string[] = ['authentication-failed', 'mismatch-between-session-and-access-token', 'unexpected']
/** These leave the user on the page, whatever their status is. */
const PAGE_PROBLEMS: readonly string[] = ['incorrect-credentials', 'invalid-input', 'too-many-attempts', 'generic-user-error']
/** These say nothing about the answer, only that there is none: the step stays. */
const STAYING_ERRORS: readonly string[] = ['network', 'timeout', 'operation-failed', 'operation-refused', 'polling-expired']

/** The step as it was, without what was said about an earlier try. */
const original = (step: Step): Step => makeStep(step.representation)

/** These among which the user chose the action, when it stands on a page for the case only that another one fails. */
function offersAround(actions: readonly Action[], action: Action): readonly Action[] {
  const isIt = ({ template, kind, title }: Action) => template === action.template && kind === action.kind && title === action.title
  const offers = flatten(actions).map((each) => (each.template === 'selector' ? [] : each.errorActions))
  return offers.find((each) => each.some(isIt)) ?? []
}

/** With more to choose from, before what gives the login up. */
function withOffers(step: Step, offers: readonly Action[]): Step {
  const known = new Set(step.actions.map((each) => JSON.stringify(each)))
  const more = offers.filter((each) => !known.has(JSON.stringify(each)))
  const isLast = ({ kind }: Action) => kind === 'cancel'
  const actions = [...step.actions.filter((each) => !isLast(each)), ...more, ...step.actions.filter(isLast)]
  return more.length > 0 ? { ...step, actions } : step
}

/** With what the server offers for the case that the action fails. */
function afterFailure(step: Step, action: Submitted): Step {
  const fresh = original(step)
  return action ? withOffers(fresh, [...action.errorActions, ...offersAround(fresh.actions, action)]) : fresh
}

export function afterSameStep(messages: readonly Message[], step: Step | undefined, action: Submitted): FlowSnapshot {
  const form = action?.template === 'client-operation' ? action.continuation : action
  if (!step || !form) return { phase: 'failed', error: malformed('a step that goes on with nothing') }
  const actions = form.continueActions.length > 0 ? form.continueActions : step.representation.actions
  return { phase: 'step', step: makeStep({ ...step.representation, actions, messages }) }
}

/** A problem that carries the page anew, since each form can be sent once: what was on the page is replaced by it. */
function onNewPage(problem: Problem, step: Step | undefined, action: Submitted): Step {
  const { actions, links, detail } = problem
  const messages = problem.messages.filter(({ text }) => text !== detail)
  const properties = objectIn(problem.properties, 'properties')
  const { type = 'authentication-step', viewName = '' } = step?.representation ?? {}
  const isTitleThere = detail !== '' && messages.some(({ text }) => text === problem.title)
  const onlyProblem = { ...problem, title: isTitleThere ? '' : problem.title, messages: [], links: [] }
  const fresh = makeStep({ type, viewName, properties, actions, links, messages })
  return { ...(action ? withOffers(fresh, offersAround(actions, action)) : fresh), problem: onlyProblem }
}

export function afterProblem(problem: Problem, step: Step | undefined, action: Submitted): FlowSnapshot {
  const isFinal = FINAL_PROBLEMS.includes(problem.name) || (problem.status >= 500 && !PAGE_PROBLEMS.includes(problem.name))
  if (!isFinal && problem.actions.length > 0) return { phase: 'step', step: onNewPage(problem, step, action) }
  if (isFinal || !step) return { phase: 'failed', error: new KitError('problem', 'the server ended the login'), problem }
  return { phase: 'step', step: { ...afterFailure(step, action), problem } }
}

export function afterError(error: KitError, step: Step | undefined, action: Submitted): FlowSnapshot {
  if (!step || !STAYING_ERRORS.includes(error.code)) return { phase: 'failed', error }
  return { phase: 'step', step: { ...afterFailure(step, action), error } }
}

/** The user may still ask by hand. */
export function withoutWaiting(step: Step): Step {
  return step.polling ? { ...step, polling: { ...step.polling, isWaiting: false } } : step
}
