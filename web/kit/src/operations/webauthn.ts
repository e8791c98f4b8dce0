import { KitError } from '../errors.js'
import { objectIn } from '../json.js'
import { operationFailed, type Operation } from './operation.js'
import { encodeCredential, parseCreationOptions, parseRequestOptions } from './webauthn_json.js'

function container(): CredentialsContainer {
  const found = globalThis.navigator?.credentials
  if (!found) throw operationFailed('this browser has no WebAuthn')
  return found
}

async function ask(dialog: () => Promise<Credential | null>): Promise<string> {
  let credential: Credential | null
  try {
    credential = await dialog()
  } catch (cause) {
    if (cause instanceof KitError) throw cause
    // NotAllowedError stands for "refused", "not there" and "too late": browsers do not tell them apart.
    const isRefusal = cause instanceof Error && (cause.name === 'NotAllowedError' || cause.name === 'AbortError')
    throw isRefusal
      ? new KitError('operation-refused', 'the security key or passkey was not used', { cause })
      : operationFailed('the browser cannot use a passkey here', cause)
  }
  if (credential?.type !== 'public-key') throw operationFailed('the browser gave no credential')
  return encodeCredential(credential as PublicKeyCredential)
}

export const webauthnRegistration: Operation = (args, { signal }) =>
  ask(async () => {
    const publicKey = parseCreationOptions(objectIn(objectIn(args, 'credentialCreationOptions'), 'publicKey'))
    return container().create({ publicKey, signal })
  })

export const webauthnAuthentication: Operation = (args, { signal }) =>
  ask(async () => {
    const publicKey = parseRequestOptions(objectIn(objectIn(args, 'credentialRequestOptions'), 'publicKey'))
    return container().get({ publicKey, signal })
  })
