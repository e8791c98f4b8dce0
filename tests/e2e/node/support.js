// What the tests share: the server's description, registration through the command line, keys, and a browser made of forms.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import * as client from 'openid-client'
import { exportJWK, generateKeyPair, importX509 } from 'jose'
import { Agent, fetch as undiciFetch } from 'undici'

export const server = JSON.parse(readFileSync(process.env.SIGNET_E2E, 'utf8'))
const run = promisify(execFile)

/** Registers a client the way an operator does; gives its complete metadata. */
export async function register(issuer, metadata) {
  const child = run(server.signet, ['clients', 'create', '-c', server.config, '--issuer', issuer])
  child.child.stdin.end(JSON.stringify(metadata))
  return JSON.parse((await child).stdout)
}

/** A signing key of a client and the key set to register. */
export async function signingKey(alg = 'ES256', kid = 'key-1') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { key: privateKey, kid, alg, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg }] } }
}

/** A fetch that shows a client certificate when it is asked for one. */
export function certificateFetch(name) {
  const { certificate, key } = server.certificates[name]
  const dispatcher = new Agent({
    connect: { cert: readFileSync(certificate), key: readFileSync(key), ca: readFileSync(server.ca) },
  })
  return (url, options) => undiciFetch(url, { ...options, dispatcher })
}

/** The key set that registers a self-signed certificate. */
export async function certificateKeySet(name) {
  const pem = readFileSync(server.certificates[name].certificate, 'utf8')
  const jwk = await exportJWK(await importX509(pem, 'ES256', { extractable: true }))
  return { keys: [{ ...jwk, kid: name, use: 'sig', x5c: [pem.replace(/-----[^-]+-----|\s/g, '')] }] }
}

/** The common part of every registration here. */
export function codeClient(more) {
  return {
    client_name: 'Foreign client',
    redirect_uris: [server.redirect_uri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    scope: 'openid profile email offline_access accounts payments',
    ...more,
  }
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x2F': '/', '#47': '/' }
const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole)

function attributes(tag) {
  const found = {}
  for (const [, name, value] of tag.matchAll(/([\w-]+)="([^"]*)"/g)) found[name] = unescape(value)
  return found
}

/** Forms of a page: where they go, what they hold, and the button that sends them. */
export function readForms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, body]) => {
    const inputs = [...body.matchAll(/<input\b([^>]*)>/g)].map(([, tag]) => attributes(tag))
    const button = attributes(/<button\b([^>]*)>/.exec(body)?.[1] ?? '')
    return { ...attributes(head), inputs, button: button.id }
  })
}

/** A browser without JavaScript: cookies, redirects and forms. */
export class Browser {
  #cookies = new Map()
  pages = []

  async #request(url, options = {}) {
    const headers = { ...options.headers }
    if (this.#cookies.size) headers.cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { ...options, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
      if (/max-age=0/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  /** Goes from an authorization URL to the URL the browser is sent back to, pressing `press` on the consent page. */
  async authorize(url, { username = server.username, password = server.password, press = 'allow' } = {}) {
    let response = await this.#request(url)
    let address = new URL(url)
    for (let step = 0; step < 12; ++step) {
      const location = response.headers.get('location')
      if (location) {
        const next = new URL(location, address)
        if (next.href.startsWith(server.redirect_uri)) return next
        address = next
        response = await this.#request(next)
        continue
      }
      const html = await response.text()
      this.pages.push(html)
      if (response.status !== 200) throw new Error(`page with status ${response.status}: ${html.slice(0, 2000)}`)
      const forms = readForms(html)
      const login = forms.find((form) => form.inputs.some((input) => input.type === 'password'))
      if (login && this.pages.length > 2) throw new Error(`still at the login page: ${html}`)
      const form = login ?? forms.find((each) => each.button === press)
      if (!form) throw new Error(`no form on the page: ${html}`)
      const body = new URLSearchParams()
      for (const { name, value, type } of form.inputs) {
        body.set(name, type === 'password' ? password : name === 'username' ? username : value)
      }
      address = new URL(form.action, address)
      response = await this.#request(address, { method: 'POST', body, headers: { origin: address.origin } })
    }
    throw new Error('the login does not end')
  }
}

/** Discovers an issuer as a client of it. */
export async function configure(issuer, registered, authentication, { fetch: customFetch, metadata = {} } = {}) {
  return client.discovery(
    new URL(server.issuers[issuer]),
    registered.client_id,
    { id_token_signed_response_alg: 'ES256', ...metadata },
    authentication,
    customFetch ? { [client.customFetch]: customFetch } : {},
  )
}

/** The whole way to the redirect: pushed request, login, consent. Gives the callback URL and the checks for it. */
export async function logIn(config, { scope = 'openid profile accounts', dpop, parameters = {}, browser = new Browser(), ...walk } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = await client.buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: server.redirect_uri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    },
    { DPoP: dpop },
  )
  const callback = await browser.authorize(url, walk)
  return { callback, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } }
}

/** A DPoP handle with a fresh key. */
export async function freshDpop(config) {
  return client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
}

/** The error member of an OAuth error that a library threw. */
export async function errorOf(promise) {
  try {
    await promise
  } catch (error) {
    const cause = error.cause
    return error.error ?? cause?.error ?? cause?.[0]?.parameters?.error ?? `${error.code}: ${error.message}`
  }
  return 'no error'
}
