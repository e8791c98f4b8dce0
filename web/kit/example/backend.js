// The app's backend, without dependencies: the client of the authorization server (private_key_jwt), and a web server for
// the app. Usage: node backend.js SETTINGS.json [PORT]
//   {"issuer": …, "client_id": …, "redirect_uri": …, "scope": …, "private_jwk": {…}}   and perhaps "acr_values"
import { createHash, createPrivateKey, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const random = () => randomBytes(32).toString('base64url')
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' }
const served = /^\/(example|dist)\/[\w/-]+\.(html|js|css)$/

/** Authenticates as the client at the authorization server. Spec: RFC 7523 */
class Client {
  constructor(settings, metadata) {
    this.settings = settings
    this.metadata = metadata
    this.key = createPrivateKey({ key: settings.private_jwk, format: 'jwk' })
  }

  static async discover(settings) {
    const response = await fetch(`${settings.issuer}/.well-known/openid-configuration`)
    const metadata = await response.json()
    if (metadata.issuer !== settings.issuer) throw new Error('the metadata is of another issuer')
    return new Client(settings, metadata)
  }

  assertion() {
    const { client_id, issuer, private_jwk } = this.settings
    const now = Math.floor(Date.now() / 1000)
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: client_id, sub: client_id, aud: issuer, jti: random(), iat: now, exp: now + 60 }
    const input = `${encode({ alg: 'ES256', kid: private_jwk.kid })}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), { key: this.key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }

  post(endpoint, parameters, headers = {}) {
    const body = new URLSearchParams({
      client_id: this.settings.client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: this.assertion(),
      ...parameters,
    })
    return fetch(endpoint, { method: 'POST', body, headers })
  }

  /** The token for the authentication API, bound to the browser's key by the browser's proof. */
  token(proof) {
    const { api_scope: scope = 'urn:se:curity:scopes:haapi' } = this.settings
    return this.post(this.metadata.token_endpoint, { grant_type: 'client_credentials', scope }, { dpop: proof })
  }

  async authorization() {
    const { client_id, redirect_uri, scope, acr_values } = this.settings
    const pending = { state: random(), verifier: random() }
    const response = await this.post(this.metadata.pushed_authorization_request_endpoint, {
      response_type: 'code',
      redirect_uri,
      scope,
      ...(acr_values && { acr_values }),
      state: pending.state,
      code_challenge: createHash('sha256').update(pending.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    if (!response.ok) throw new Error(`the request was not taken: ${await response.text()}`)
    const { request_uri } = await response.json()
    return { pending, entry: { client_id, request_uri } }
  }
}

class Backend {
  /** Logins that have begun, by session cookie. */
  #pending = new Map()

  constructor(client) {
    this.client = client
  }

  async answer(request) {
    switch (`${request.method} ${request.path}`) {
      case 'GET /':
        return { status: 302, headers: { location: '/example/index.html' } }
      case 'GET /api/settings': {
        const { issuer, token_endpoint, authorization_endpoint } = this.client.metadata
        return { json: { issuer, tokenEndpoint: token_endpoint, authorizationEndpoint: authorization_endpoint } }
      }
      case 'POST /api/token':
        return this.#token(request)
      case 'POST /api/authorization':
        return this.#authorization()
      case 'POST /api/finish':
        return this.#finish(request)
      default:
        return this.#file(request)
    }
  }

  async #token({ headers }) {
    const response = await this.client.token(headers.dpop ?? '')
    const nonce = response.headers.get('dpop-nonce')
    return { status: response.status, json: await response.json(), headers: nonce ? { 'dpop-nonce': nonce } : {} }
  }

  async #authorization() {
    const { pending, entry } = await this.client.authorization()
    const session = random()
    this.#pending.set(session, pending)
    return { json: entry, headers: { 'set-cookie': `session=${session}; HttpOnly; SameSite=Strict; Path=/` } }
  }

  /** Here the code is redeemed with the verifier, as after a redirect: see your OAuth library. */
  #finish({ headers, json }) {
    const session = /\bsession=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
    const pending = this.#pending.get(session)
    this.#pending.delete(session)
    const isOurs = pending && json.state === pending.state && json.iss === this.client.settings.issuer
    if (!isOurs) return { status: 400, json: { message: 'This is not the answer to our request.' } }
    return { json: { message: json.code ? 'Welcome!' : `The login ended: ${json.error}` } }
  }

  async #file({ method, path }) {
    if (method !== 'GET' || !served.test(path)) return { status: 404, json: { message: 'not here' } }
    const body = await readFile(fileURLToPath(new URL(`..${path}`, import.meta.url)))
    return { body, headers: { 'content-type': types[extname(path)] } }
  }
}

/** Starts the app; gives its address and what stops it. */
export async function startBackend(settings, port = 0, host = 'localhost') {
  const backend = new Backend(await Client.discover(settings))
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${new URL(settings.issuer).origin}; img-src https: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`
  const server = createServer(async (incoming, outgoing) => {
    const common = { 'content-security-policy': policy, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
    try {
      const chunks = []
      for await (const chunk of incoming) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      const { pathname: path } = new URL(incoming.url, 'http://localhost')
      const { method, headers } = incoming
      const json = headers['content-type'] === 'application/json' ? JSON.parse(text) : {}
      const answer = await backend.answer({ method, path, headers, json })
      const type = answer.json === undefined ? {} : { 'content-type': 'application/json' }
      outgoing.writeHead(answer.status ?? 200, { ...common, ...type, ...answer.headers })
      outgoing.end(answer.json === undefined ? answer.body : JSON.stringify(answer.json))
    } catch (error) {
      console.error(error)
      outgoing.writeHead(502, common).end()
    }
  }).listen(port, host)
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://${host}:${server.address().port}`, stop }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [settings, port = '8080'] = process.argv.slice(2)
  const { url } = await startBackend(JSON.parse(readFileSync(settings, 'utf8')), Number(port))
  console.log(`The app is at ${url}/`)
}
