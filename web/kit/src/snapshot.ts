import type { KitError } from './errors.js'
import { numberIn, textIn } from './json.js'
import type { Action, AuthorizationResponse, FormAction, Link, Message, Problem, Representation } from './representation.js'

/** All that an app needs to draw the moment. Snapshots never change; a new moment is a new one. */
export type FlowSnapshot =
  | { readonly phase: 'idle' }
  /** A request is under way; `step` is what the user saw before. */
  | { readonly phase: 'working'; readonly step?: Step }
  | { readonly phase: 'step'; readonly step: Step }
  | { readonly phase: 'done'; readonly response: AuthorizationResponse }
  /** Only a new start helps. */
  | { readonly phase: 'failed'; readonly error: KitError; readonly problem?: Problem }

/** What the user is asked. */
export interface Step {
  readonly representation: Representation
  readonly actions: readonly Action[]
  readonly messages: readonly Message[]
  readonly links: readonly Link[]
  /** Why the server did not take what was submitted. */
  readonly problem?: Problem
  /** Why it was not submitted: no connection, an operation the user refused, … */
  readonly error?: KitError
  readonly polling?: Polling
}

export interface Polling {
  /** Does the kit ask by itself? When not, the user can, with the action of the kind "poll". */
  readonly isWaiting: boolean
  readonly status: string
  /** Where the user is asked, for example a device's name. */
  readonly recipient: string
  readonly remainingSeconds?: number
}

export function makeStep(representation: Representation): Step {
  const { actions, messages, links } = representation
  return { representation, actions, messages, links, ...pollingOf(representation) }
}

function pollingOf({ type, properties, actions }: Representation): { polling?: Polling } {
  if (type !== 'polling-step') return {}
  const status = textIn(properties, 'status') || 'pending'
  const remainingSeconds = numberIn(properties, 'maxWaitRemainingTime') ?? numberIn(properties, 'maxWaitTime')
  const polling = {
    isWaiting: status === 'pending' && findPoll(actions) !== undefined,
    status,
    recipient: textIn(properties, 'recipientOfCommunication'),
    ...(remainingSeconds !== undefined && { remainingSeconds }),
  }
  return { polling }
}

export const findPoll = (actions: readonly Action[]): FormAction | undefined =>
  actions.find((action): action is FormAction => action.template === 'form' && action.kind === 'poll')
