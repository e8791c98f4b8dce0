// JSON forms of WebAuthn Level 3 (section 5.1.8 to 5.1.10) for browsers that do not have them.
import { decodeBase64url, encodeBase64url } from '../base64url.js'
import { arrayIn, isObject, objectIn, textIn, type Json } from '../json.js'
import { operationFailed } from './operation.js'

function bytesIn(json: Json, name: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64url(textIn(json, name))
  if (!bytes || bytes.length === 0) throw operationFailed(`the WebAuthn options have no ${name}`)
  return bytes
}

const descriptorsIn = (json: Json, name: string) =>
  arrayIn(json, name)
    .filter(isObject)
    .map((each) => ({ ...each, id: bytesIn(each, 'id'), type: 'public-key' as const }))

export function parseCreationOptions(json: Json): PublicKeyCredentialCreationOptions {
  if (typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function') {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json as unknown as PublicKeyCredentialCreationOptionsJSON)
  }
  const user = objectIn(json, 'user')
  return {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytesIn(json, 'challenge'),
    user: { ...(user as unknown as PublicKeyCredentialUserEntity), id: bytesIn(user, 'id') },
    excludeCredentials: descriptorsIn(json, 'excludeCredentials'),
  }
}

export function parseRequestOptions(json: Json): PublicKeyCredentialRequestOptions {
  if (typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function') {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json as unknown as PublicKeyCredentialRequestOptionsJSON)
  }
  return {
    ...(json as unknown as PublicKeyCredentialRequestOptions),
    challenge: bytesIn(json, 'challenge'),
    allowCredentials: descriptorsIn(json, 'allowCredentials'),
  }
}

const encoded = (buffer: ArrayBuffer | null) => (buffer ? encodeBase64url(buffer) : undefined)

function attestationJson(response: AuthenticatorAttestationResponse) {
  return {
    clientDataJSON: encoded(response.clientDataJSON),
    attestationObject: encoded(response.attestationObject),
    authenticatorData: encoded(response.getAuthenticatorData?.() ?? null),
    publicKey: encoded(response.getPublicKey?.() ?? null),
    publicKeyAlgorithm: response.getPublicKeyAlgorithm?.(),
    transports: response.getTransports?.() ?? [],
  }
}

function assertionJson(response: AuthenticatorAssertionResponse) {
  return {
    clientDataJSON: encoded(response.clientDataJSON),
    authenticatorData: encoded(response.authenticatorData),
    signature: encoded(response.signature),
    userHandle: encoded(response.userHandle),
  }
}

/** The credential as JSON text. */
export function encodeCredential(credential: PublicKeyCredential): string {
  if (typeof credential.toJSON === 'function') return JSON.stringify(credential.toJSON())
  const { response } = credential
  return JSON.stringify({
    id: credential.id,
    rawId: encoded(credential.rawId),
    type: credential.type,
    ...(credential.authenticatorAttachment && { authenticatorAttachment: credential.authenticatorAttachment }),
    clientExtensionResults: credential.getClientExtensionResults(),
    response:
      'attestationObject' in response
        ? attestationJson(response as AuthenticatorAttestationResponse)
        : assertionJson(response as AuthenticatorAssertionResponse),
  })
}
