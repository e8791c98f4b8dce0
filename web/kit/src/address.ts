import { KitError } from './errors.js'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** https, or http to this very machine for development. */
export function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

/** An absolute address, or nothing. */
export function parseAddress(href: string, base?: URL | string): URL | undefined {
  try {
    return new URL(href, base)
  } catch {
    return undefined
  }
}

/** The address an action leads to: of the issuer's own origin, or an error. Credentials of the user go nowhere else. */
export function checkAddress(href: string, base: URL | string, issuer: URL): URL {
  const url = parseAddress(href, base)
  if (!url || url.origin !== issuer.origin || !isTrustworthy(url) || url.username !== '' || url.password !== '') {
    throw new KitError('foreign-address', 'an action leads away from the issuer')
  }
  url.hash = ''
  return url
}

/** The issuer as configured: a trustworthy address without query. */
export function parseIssuer(issuer: string | URL): URL {
  const url = parseAddress(String(issuer))
  if (!url || !isTrustworthy(url) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new KitError('foreign-address', 'the issuer must be an https address without query')
  }
  return url
}
