import { KitError } from '../errors.js'
import type { Json } from '../json.js'

export interface OperationContext {
  readonly issuer: URL
  readonly signal: AbortSignal
}

/**
 * Does something on the platform and gives what the context field of the action's form gets. It is called in the same
 * turn as the user's click, which browsers want to see before they show a passkey dialog or open a window.
 */
export type Operation = (args: Json, context: OperationContext) => Promise<string>

export type Operations = Readonly<Record<string, Operation>>

export const operationFailed = (message: string, cause?: unknown) => new KitError('operation-failed', message, { cause })
