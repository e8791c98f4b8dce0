import { parseAddress, isTrustworthy } from './address.js'
import type { DpopKey } from './dpop_key.js'
import { makeDpopProof } from './dpop_proof.js'
import { KitError } from './errors.js'
import { isObject, numberIn, textIn } from './json.js'
import { readJson } from './read_json.js'

export interface TokenRequest {
  /** The token has to be bound to this key. */
  readonly key: DpopKey
  /** The last token was refused: one from a cache will not do. */
  readonly renew: boolean
  readonly signal: AbortSignal
}

/** Gives the token with which the app calls the authentication API. It says who the app is, not who the user is. */
export interface AccessTokenProvider {
  accessToken(request: TokenRequest): Promise<string>
}

export interface BackendOptions {
  /** Address at the app's own backend, which authenticates as the client (private_key_jwt) at the token endpoint. */
  readonly url: string | URL
  /** The token endpoint of the server, to which the proof is made out. */
  readonly tokenEndpoint: string | URL
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof fetch
}

const MAX_NONCES = 2
const SPARE_SECONDS = 10
const MAX_BYTES = 64 * 1024

/**
 * Asks the app's backend. The browser makes the proof, since it alone has the key; the backend sends it on:
 *
 *   browser   POST url            DPoP: <proof for the token endpoint>
 *   backend   POST tokenEndpoint  DPoP: <the same>, grant_type=client_credentials&client_assertion=…
 *
 * and hands back status, body and DPoP-Nonce of the answer.
 */
export class BackendAccessTokenProvider implements AccessTokenProvider {
  readonly #options: BackendOptions
  #nonce: string | undefined
  #known: { token: string; thumbprint: string; until: number } | undefined

  constructor(options: BackendOptions) {
    this.#options = options
  }

  async accessToken({ key, renew, signal }: TokenRequest): Promise<string> {
    const known = this.#known
    if (known && !renew && known.thumbprint === key.thumbprint && Date.now() < known.until) return known.token
    for (let attempt = 0; attempt <= MAX_NONCES; ++attempt) {
      const response = await this.#ask(key, signal)
      const nonce = response.headers.get('dpop-nonce')
      if (nonce) this.#nonce = nonce
      const body = await readJson(response, MAX_BYTES)
      if (response.ok) return this.#keep(body, key)
      const isChallenge = isObject(body) && textIn(body, 'error') === 'use_dpop_nonce'
      if (!isChallenge || !nonce) throw new KitError('token', `no access token: the backend answered ${response.status}`)
    }
    throw new KitError('nonce-loop', 'the token endpoint keeps asking for another nonce')
  }

  async #ask(key: DpopKey, signal: AbortSignal): Promise<Response> {
    const url = parseAddress(String(this.#options.url), globalThis.location?.href)
    const tokenEndpoint = parseAddress(String(this.#options.tokenEndpoint))
    if (!url || !isTrustworthy(url) || !tokenEndpoint) throw new KitError('token', 'the backend needs an https address')
    const proof = await makeDpopProof(key, { method: 'POST', url: tokenEndpoint, nonce: this.#nonce })
    const headers = { ...this.#options.headers, accept: 'application/json', dpop: proof }
    try {
      return await (this.#options.fetch ?? fetch)(url, { method: 'POST', headers, signal, cache: 'no-store', redirect: 'error' })
    } catch (cause) {
      throw signal.aborted ? signal.reason : new KitError('network', 'the backend cannot be reached', { cause })
    }
  }

  #keep(body: unknown, key: DpopKey): string {
    const token = isObject(body) ? textIn(body, 'access_token') : ''
    if (!isObject(body) || token === '' || textIn(body, 'token_type').toLowerCase() !== 'dpop') {
      throw new KitError('token', 'the backend gave no token that is bound to a DPoP key')
    }
    const seconds = (numberIn(body, 'expires_in') ?? 0) - SPARE_SECONDS
    this.#known = { token, thumbprint: key.thumbprint, until: Date.now() + seconds * 1000 }
    return token
  }
}
