import { externalBrowser } from './external_browser.js'
import type { Operations } from './operation.js'
import { webauthnAuthentication, webauthnRegistration } from './webauthn.js'

export const standardOperations: Operations = {
  'webauthn-registration': webauthnRegistration,
  'webauthn-authentication': webauthnAuthentication,
  'external-browser-flow': externalBrowser,
}
