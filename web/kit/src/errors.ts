export type KitErrorCode =
  | 'aborted'
  | 'busy'
  | 'context-without-operation'
  | 'entry'
  | 'foreign-address'
  | 'invalid-value'
  | 'issuer-mismatch'
  | 'malformed'
  | 'network'
  | 'nonce-loop'
  | 'operation-failed'
  | 'operation-refused'
  | 'polling-expired'
  | 'problem'
  | 'state-mismatch'
  | 'timeout'
  | 'token'
  | 'too-large'
  | 'too-many-redirections'
  | 'unauthorized'
  | 'unexpected-content-type'
  | 'unknown-field'
  | 'unsupported'

/** Why the kit could not go on. The text is for developers and holds nothing that the server or the user wrote. */
export class KitError extends Error {
  override readonly name = 'KitError'
  constructor(
    readonly code: KitErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  /** Nothing is wrong with what was sent or received: the same action may be tried again. */
  get isTransient(): boolean {
    return this.code === 'network' || this.code === 'timeout'
  }
}

export const malformed = (what: string) => new KitError('malformed', `the server's answer is not as agreed: ${what}`)
