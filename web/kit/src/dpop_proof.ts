// Spec: RFC 9449
import { encodeBase64url } from './base64url.js'
import { sha256, type DpopKey } from './dpop_key.js'

export interface ProofClaims {
  readonly method: string
  /** Query and fragment are left out of the proof. */
  readonly url: URL
  readonly accessToken?: string | undefined
  readonly nonce?: string | undefined
}

const encodeJson = (value: object) => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))

/** A fresh proof for one request. */
export async function makeDpopProof(key: DpopKey, { method, url, accessToken, nonce }: ProofClaims): Promise<string> {
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk }
  const claims = {
    jti: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: method,
    htu: url.origin + url.pathname,
    iat: Math.floor(Date.now() / 1000),
    ...(accessToken !== undefined && { ath: await sha256(accessToken) }),
    ...(nonce !== undefined && { nonce }),
  }
  const input = `${encodeJson(header)}.${encodeJson(claims)}`
  return `${input}.${encodeBase64url(await key.sign(new TextEncoder().encode(input)))}`
}
