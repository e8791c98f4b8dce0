// One request to the authentication API: proof, nonce, session, limits.
import type { AccessTokenProvider } from './access_token.js'
import { checkAddress } from './address.js'
import type { DpopKey } from './dpop_key.js'
import { makeDpopProof } from './dpop_proof.js'
import { KitError } from './errors.js'
import { essenceOf, PROBLEM_TYPE, REPRESENTATION_TYPE } from './media_type.js'
import { readJson } from './read_json.js'

export interface ApiRequest {
  readonly method: string
  readonly url: URL
  readonly contentType?: string
  readonly body?: string
}

export interface Answer {
  readonly isProblem: boolean
  readonly status: number
  readonly url: URL
  readonly json: unknown
}

export interface TransportOptions {
  readonly issuer: URL
  readonly key: DpopKey
  readonly accessTokens: AccessTokenProvider
  readonly fetch: typeof fetch
  readonly timeout: number
  readonly maxBytes: number
}

const MAX_NONCES = 2

/** The value of `error` in the challenge of the scheme DPoP. */
function challengeError(response: Response): string {
  const challenge = response.headers.get('www-authenticate') ?? ''
  return /\bDPoP\b[^]*?\berror="?([\w.-]+)"?/i.exec(challenge)?.[1] ?? ''
}

export class Transport {
  readonly #options: TransportOptions
  #nonce: string | undefined
  #sessionId: string | undefined

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** Fails: aborted, foreign-address, network, nonce-loop, timeout, token, too-large, unauthorized, unexpected-content-type */
  async send(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const { issuer, timeout } = this.#options
    checkAddress(request.url.href, issuer, issuer) // the last look before anything secret leaves
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    try {
      return await this.#attempt(request, deadline)
    } catch (cause) {
      if (signal.aborted) throw new KitError('aborted', 'the request was given up', { cause })
      if (deadline.aborted) throw new KitError('timeout', `no answer within ${timeout} ms`, { cause })
      throw cause instanceof KitError ? cause : new KitError('network', 'the server cannot be reached', { cause })
    }
  }

  async #attempt(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    let nonces = 0
    for (let renew = false; ; ) {
      const token = await this.#options.accessTokens.accessToken({ key: this.#options.key, renew, signal })
      const response = await this.#fetch(request, token, signal)
      const nonce = response.headers.get('dpop-nonce')
      if (nonce) this.#nonce = nonce
      this.#sessionId = response.headers.get('set-session-id') ?? this.#sessionId
      if (response.status !== 401) return this.#read(request, response)
      const error = challengeError(response)
      if (error === '') return this.#read(request, response) // about the user, not about the token
      await response.body?.cancel()
      if (error === 'use_dpop_nonce' && nonce) {
        if (++nonces > MAX_NONCES) throw new KitError('nonce-loop', 'the server keeps asking for another nonce')
      } else if (error === 'invalid_token' && !renew) {
        renew = true
      } else {
        throw new KitError('unauthorized', 'the server refuses the access token or its proof')
      }
    }
  }

  async #fetch(request: ApiRequest, token: string, signal: AbortSignal): Promise<Response> {
    const { method, url, contentType, body } = request
    const headers = new Headers({
      accept: REPRESENTATION_TYPE,
      authorization: `DPoP ${token}`,
      dpop: await makeDpopProof(this.#options.key, { method, url, accessToken: token, nonce: this.#nonce }),
    })
    if (this.#sessionId !== undefined) headers.set('session-id', this.#sessionId)
    if (contentType !== undefined) headers.set('content-type', contentType)
    return this.#options.fetch(url, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body }),
      // A cookie would mix this login with the one of the browser; a redirect would be followed without a look at it.
      credentials: 'omit',
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    })
  }

  async #read({ url }: ApiRequest, response: Response): Promise<Answer> {
    const type = essenceOf(response.headers.get('content-type'))
    const isProblem = type === PROBLEM_TYPE && response.status >= 400
    if (!isProblem && !(type === REPRESENTATION_TYPE && response.ok)) {
      await response.body?.cancel()
      throw new KitError('unexpected-content-type', 'the answer is neither a representation nor a problem')
    }
    return { isProblem, status: response.status, url, json: await readJson(response, this.#options.maxBytes) }
  }
}
