import { checkAddress } from '../address.js'
import { KitError } from '../errors.js'
import { isObject, textIn } from '../json.js'
import { operationFailed, type Operation } from './operation.js'

const MAX_NONCE = 4096
const CLOSED_CHECK_MS = 500

/** A window of the issuer sends `_resume_nonce`, alone or as a member; from anybody else nothing is taken. */
function readNonce(data: unknown): string | undefined {
  const nonce = isObject(data) ? textIn(data, '_resume_nonce') : data
  return typeof nonce === 'string' && nonce !== '' && nonce.length <= MAX_NONCE ? nonce : undefined
}

/**
 * The step in a window of the issuer's own pages, which hands back a nonce to go on with. Without one the step is given
 * up: the server keeps it for the window that the user has closed, until it is told.
 */
export const externalBrowser: Operation = async (args, { issuer, signal }) => {
  const href = textIn(args, 'href')
  if (href === '') throw operationFailed('there is no page to open')
  const url = checkAddress(href, issuer, issuer)
  url.searchParams.set('for_origin', location.origin)
  const popup = window.open(url, '_blank', 'popup,width=480,height=720')
  if (!popup) throw operationFailed('the browser did not open a window')
  const end = new AbortController()
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => reject(new KitError('operation-refused', 'the login was stopped'))
      const onMessage = (event: MessageEvent) => {
        if (event.source !== popup || event.origin !== issuer.origin) return
        const nonce = readNonce(event.data)
        if (nonce !== undefined) resolve(nonce)
      }
      window.addEventListener('message', onMessage, { signal: end.signal })
      signal.addEventListener('abort', stop, { signal: end.signal })
      const timer = setInterval(() => popup.closed && resolve(''), CLOSED_CHECK_MS)
      end.signal.addEventListener('abort', () => clearInterval(timer))
    })
  } finally {
    end.abort()
    popup.close()
  }
}
