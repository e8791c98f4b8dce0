// A server that speaks the contract and is strict about it: real HTTP, real proofs, real nonces, sessions bound to keys.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString())
const hash = (text) => createHash('sha256').update(text).digest('base64url')
const thumbprint = ({ crv, kty, x, y }) => hash(JSON.stringify({ crv, kty, x, y }))

/** The claims of a proof whose signature is right. */
export function readProof(text) {
  const [head, body, signature] = text.split('.')
  const header = decode(head)
  assert.equal(header.typ, 'dpop+jwt')
  assert.equal(header.alg, 'ES256')
  assert.deepEqual(Object.keys(header.jwk).sort(), ['crv', 'kty', 'x', 'y'])
  const key = createPublicKey({ key: header.jwk, format: 'jwk' })
  const isRight = verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  assert.ok(isRight, 'the signature of the proof')
  return { ...decode(body), jkt: thumbprint(header.jwk) }
}

const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, dpop, content-type, session-id',
  'access-control-expose-headers': 'dpop-nonce, set-session-id, www-authenticate',
}

export class FakeServer {
  /** Path to what answers: a value (a representation or {status, type, json, body, headers}) or a function of the request. */
  routes = new Map()
  /** All requests that were taken, in order. */
  requests = []
  /** What was wrong with those that were not. */
  faults = []
  nonces = []
  /** Pages without protection, for windows of their own. */
  pages = new Map()
  tokens = new Map()
  tokenNonce = undefined
  #seen = new Set()
  #sessions = new Map()

  static async start() {
    const server = new FakeServer()
    server.http = createServer((request, response) => void server.#answer(request, response))
    server.http.listen(0, '127.0.0.1')
    await once(server.http, 'listening')
    server.issuer = `http://localhost:${server.http.address().port}`
    return server
  }

  stop() {
    this.http.closeAllConnections()
    this.http.close()
  }

  on(path, answer) {
    this.routes.set(path, answer)
    return this
  }

  /** A provider that gets its tokens here. */
  get accessTokens() {
    return {
      accessToken: async ({ key, renew }) => {
        const token = `token-${randomUUID()}`
        if (!renew && this.lastToken) return this.lastToken
        this.tokens.set(token, key.thumbprint)
        return (this.lastToken = token)
      },
    }
  }

  paths() {
    return this.requests.map(({ method, path }) => `${method} ${path}`)
  }

  async #answer(incoming, outgoing) {
    const send = (status, headers, body = '') => outgoing.writeHead(status, { ...corsHeaders, ...headers }).end(body)
    try {
      if (incoming.method === 'OPTIONS') return send(204, {})
      const request = await this.#read(incoming)
      if (this.pages.has(request.path)) return send(200, { 'content-type': 'text/html' }, this.pages.get(request.path))
      if (request.path === '/par') return this.#push(request, send)
      if (request.path === '/.well-known/openid-configuration') return send(200, { 'content-type': 'application/json' }, JSON.stringify(this.metadata))
      if (request.path === '/token') return this.#token(request, send)
      const fault = this.#check(request)
      if (fault) {
        this.faults.push(fault.error)
        return send(401, { 'www-authenticate': `DPoP error="${fault.error}"`, ...fault.headers })
      }
      this.requests.push(request)
      const route = this.routes.get(request.path)
      const made = typeof route === 'function' ? await route(request) : route
      if (made === undefined) return send(404, { 'content-type': 'text/plain' }, 'no such page')
      const isWhole = made.json !== undefined || made.body !== undefined || made.status !== undefined
      const { status = 200, type = 'application/vnd.auth+json', json, body = JSON.stringify(json), headers } = isWhole ? made : { json: made }
      send(status, { 'content-type': type, 'set-session-id': request.nextSession, ...headers }, body)
    } catch (error) {
      this.faults.push(String(error))
      send(500, { 'content-type': 'text/plain' }, String(error))
    }
  }

  async #read(incoming) {
    const url = new URL(incoming.url, this.issuer)
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const isJson = incoming.headers['content-type'] === 'application/json'
    return {
      method: incoming.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body,
      form: isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)),
    }
  }

  #check(request) {
    const { method, path, headers } = request
    assert.equal(headers.accept, 'application/vnd.auth+json')
    assert.equal(headers.cookie, undefined)
    const [scheme, token] = headers.authorization.split(' ')
    const proof = (request.proof = readProof(headers.dpop))
    const isRight = scheme === 'DPoP' && proof.htm === method && proof.htu === this.issuer + path && proof.ath === hash(token)
    const isFresh = Math.abs(proof.iat - Date.now() / 1000) < 60 && !this.#seen.has(proof.jti)
    if (!isRight || !isFresh) return { error: 'invalid_dpop_proof' }
    this.#seen.add(proof.jti)
    if (this.tokens.get(token) !== proof.jkt) return { error: 'invalid_token' }
    if (this.nonces.length > 0 && !this.nonces.includes(proof.nonce)) {
      return { error: 'use_dpop_nonce', headers: { 'dpop-nonce': this.nonces.at(-1) } }
    }
    const session = headers['session-id']
    if (path !== '/authorize' && this.#sessions.get(session) !== proof.jkt) throw new Error(`the session of ${path} is not of this key`)
    request.nextSession = randomUUID()
    this.#sessions.set(request.nextSession, proof.jkt)
    return undefined
  }

  get metadata() {
    const { issuer } = this
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      pushed_authorization_request_endpoint: `${issuer}/par`,
    }
  }

  /** Keeps what was pushed, so that the response has the right state. */
  #push({ form }, send) {
    this.checkAssertion?.(form.client_assertion)
    this.pushed = form
    send(201, { 'content-type': 'application/json' }, JSON.stringify({ request_uri: `urn:x:${randomUUID()}`, expires_in: 60 }))
  }

  /** client_credentials, with a nonce of its own when one is set. */
  #token({ form, headers }, send) {
    const proof = readProof(headers.dpop)
    assert.equal(proof.htu, `${this.issuer}/token`)
    assert.equal(form.grant_type, 'client_credentials')
    this.checkAssertion?.(form.client_assertion)
    const json = { 'content-type': 'application/json' }
    if (this.tokenNonce && proof.nonce !== this.tokenNonce) {
      return send(400, { ...json, 'dpop-nonce': this.tokenNonce }, JSON.stringify({ error: 'use_dpop_nonce' }))
    }
    const token = `token-${randomUUID()}`
    this.tokens.set(token, proof.jkt)
    return send(200, json, JSON.stringify({ access_token: token, token_type: 'DPoP', expires_in: 600 }))
  }
}
