import { encodeBase64url } from './base64url.js'
import { KitError } from './errors.js'

/** The key that tokens are bound to. Its private half cannot be read, not even by the app. */
export interface DpopKey {
  readonly publicJwk: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  /** `jkt`: the RFC 7638 thumbprint, for the parameter `dpop_jkt`. */
  readonly thumbprint: string
  /** ES256 as JWS has it. */
  sign(data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }

export const sha256 = async (text: string): Promise<string> =>
  encodeBase64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))

export async function generateKeyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
}

/** Fails: token when the private key could be read or is of another kind. */
export async function makeDpopKey({ privateKey, publicKey }: CryptoKeyPair): Promise<DpopKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  if (privateKey.extractable || kty !== 'EC' || crv !== 'P-256' || !x || !y) {
    throw new KitError('token', 'a DPoP key is a P-256 key that cannot be extracted')
  }
  return {
    publicJwk: { kty, crv, x, y },
    thumbprint: await sha256(JSON.stringify({ crv, kty, x, y })),
    sign: (data) => crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, data),
  }
}

/** A key for one login; it is gone with the page. */
export const generateDpopKey = async (): Promise<DpopKey> => makeDpopKey(await generateKeyPair())
