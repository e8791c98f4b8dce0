// A page that is sent again, by a poll or after a problem, has the same actions with new hidden values in them.
import type { Action } from './representation.js'

export const flatten = (actions: readonly Action[]): readonly Action[] =>
  actions.flatMap((action) => [action, ...flatten(action.template === 'selector' ? action.options : action.errorActions)])

/** All of the actions that a person could see. */
export const lookOf = (actions: readonly Action[]): string =>
  JSON.stringify(actions, (_, value) => (value?.type === 'hidden' ? value.name : value))

/** The same action on a page that looks the same. */
export function findCounterpart<Kind extends Action>(action: Kind, from: readonly Action[], to: readonly Action[]): Kind | undefined {
  if (lookOf(from) !== lookOf(to)) return undefined
  const index = flatten(from).indexOf(action)
  return index < 0 ? undefined : (flatten(to)[index] as Kind)
}
