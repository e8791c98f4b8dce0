// FAPI 2.0 logins with oauth4webapi alone: every step of a client by itself, each answer checked by that library.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { Browser, certificateFetch, certificateKeySet, codeClient, errorOf, register, server, signingKey } from './support.js'

async function privateKeyJwt() {
  const own = await signingKey()
  return {
    metadata: { token_endpoint_auth_method: 'private_key_jwt', jwks: own.jwks },
    authentication: oauth.PrivateKeyJwt({ key: own.key, kid: own.kid }),
  }
}
const tlsClientAuth = async () => ({
  metadata: {
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=client one,O=Fintech One',
  },
  authentication: oauth.TlsClientAuth(),
})
const selfSigned = async () => ({
  metadata: {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: await certificateKeySet('self_signed'),
  },
  authentication: oauth.TlsClientAuth(),
})
const publicClient = async () => ({
  metadata: { token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] },
  authentication: oauth.None(),
})

const dpopBound = { dpop_bound_access_tokens: true }
const certificateBound = { tls_client_certificate_bound_access_tokens: true }

async function discover(issuer, algorithm) {
  const url = new URL(server.issuers[issuer])
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm }))
}

/** Somebody registered at an issuer, with all that the library wants to be told with each call. */
async function newParty(issuer, method, metadata, certificate) {
  const own = await method()
  const registered = await register(issuer, { ...metadata, ...own.metadata })
  return {
    as: await discover(issuer, 'oauth2'),
    client: {
      client_id: registered.client_id,
      id_token_signed_response_alg: 'ES256',
      introspection_signed_response_alg: metadata.introspection_signed_response_alg,
      use_mtls_endpoint_aliases: certificate !== undefined,
    },
    authentication: own.authentication,
    options: certificate ? { [oauth.customFetch]: certificateFetch(certificate) } : {},
    demandedNonces: 0,
  }
}
const newApp = (issuer, method, more, certificate) => newParty(issuer, method, codeClient(more), certificate)
const newDpopApp = () => newApp('main', privateKeyJwt, dpopBound)

async function freshDpop(party) {
  return oauth.DPoP(party.client, await oauth.generateKeyPair('ES256'))
}

/** Sends and reads; once more when the server demands a nonce, because the library leaves that to its caller. */
async function ask(party, send, read) {
  try {
    return await read(await send())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    party.demandedNonces += 1
    return read(await send())
  }
}

/** Pushed request, login and consent; gives what the client must remember and the callback it gets. */
async function logIn(party, { dpop, scope = 'openid profile offline_access accounts', state = oauth.generateRandomState(), ...more } = {}) {
  const { as, client, authentication, options } = party
  const nonce = oauth.generateRandomNonce()
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const parameters = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: server.redirect_uri,
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...more,
  }
  const { request_uri } = await ask(
    party,
    () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { ...options, DPoP: dpop }),
    (response) => oauth.processPushedAuthorizationResponse(as, client, response),
  )
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri })
  return { callback: await new Browser().authorize(url), state, nonce, codeVerifier }
}

async function redeem(party, { callback, state, nonce, codeVerifier }, dpop) {
  const { as, client, authentication, options } = party
  const parameters = oauth.validateAuthResponse(as, client, callback, state)
  const all = { ...options, DPoP: dpop }
  return ask(
    party,
    () => oauth.authorizationCodeGrantRequest(as, client, authentication, parameters, server.redirect_uri, codeVerifier, all),
    async (response) => {
      const checks = { expectedNonce: nonce, requireIdToken: true }
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks)
      await oauth.validateApplicationLevelSignature(as, response, options)
      return tokens
    },
  )
}

async function refresh(party, token, dpop) {
  const { as, client, authentication, options } = party
  return ask(
    party,
    () => oauth.refreshTokenGrantRequest(as, client, authentication, token, { ...options, DPoP: dpop }),
    (response) => oauth.processRefreshTokenResponse(as, client, response),
  )
}

async function userinfo(party, token, sub, dpop) {
  const { as, client, options } = party
  return ask(
    party,
    () => oauth.userInfoRequest(as, client, token, { ...options, DPoP: dpop }),
    (response) => oauth.processUserInfoResponse(as, client, sub, response),
  )
}

async function revoke({ as, client, authentication, options }, token) {
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, token, options))
}

const subjectOf = (tokens) => oauth.getValidatedIdTokenClaims(tokens).sub

const newResourceServer = (issuer) =>
  newParty(issuer, privateKeyJwt, {
    client_name: 'Resource server',
    grant_types: ['client_credentials'],
    introspection_allowed: true,
    introspection_signed_response_alg: 'ES256',
    resource: [server.issuers[issuer]],
  })

/** What the server says about a token: first as JSON, then in a JWT with a signature that holds. */
async function introspect({ as, client, authentication }, token) {
  const answers = []
  for (const requestJwtResponse of [false, true]) {
    const response = await oauth.introspectionRequest(as, client, authentication, token, { requestJwtResponse })
    const type = response.headers.get('content-type')
    assert.equal(type, requestJwtResponse ? 'application/token-introspection+jwt' : 'application/json')
    answers.push(await oauth.processIntrospectionResponse(as, client, response))
    if (requestJwtResponse) await oauth.validateApplicationLevelSignature(as, response)
  }
  return answers
}

async function expectActive(resourceServer, token, expected) {
  for (const answer of await introspect(resourceServer, token)) {
    const { active, iss, client_id, cnf } = answer
    assert.deepEqual({ active, iss, client_id, cnf }, { active: true, iss: resourceServer.as.issuer, ...expected })
  }
}
async function expectInactive(resourceServer, token) {
  assert.deepEqual(await introspect(resourceServer, token), [{ active: false }, { active: false }])
}

/** The member `cnf` of a token that is bound to this key. */
async function confirmation(dpop, certificate) {
  if (dpop) return { jkt: await dpop.calculateThumbprint() }
  const { fingerprint256 } = new X509Certificate(readFileSync(server.certificates[certificate].certificate))
  return { 'x5t#S256': Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url') }
}

describe('discovery', () => {
  for (const issuer of ['main', 'nonce', 'staff']) {
    test(`the metadata of OAuth and of OpenID Connect say the same of the issuer ${issuer}`, async () => {
      const metadata = await discover(issuer, 'oauth2')
      assert.equal(metadata.issuer, server.issuers[issuer])
      assert.deepEqual(metadata, await discover(issuer, 'oidc'))
    })
  }
})

const kinds = [
  { name: 'private_key_jwt and DPoP', method: privateKeyJwt },
  { name: 'private_key_jwt and DPoP with a nonce of the server', method: privateKeyJwt, issuer: 'nonce' },
  { name: 'private_key_jwt and tokens bound to a certificate', method: privateKeyJwt, bound: certificateBound, certificate: 'two' },
  { name: 'tls_client_auth and DPoP with a nonce of the server', method: tlsClientAuth, issuer: 'nonce', certificate: 'one' },
  { name: 'tls_client_auth and tokens bound to the certificate', method: tlsClientAuth, bound: certificateBound, certificate: 'one' },
  {
    name: 'self_signed_tls_client_auth and tokens bound to the certificate',
    method: selfSigned,
    bound: certificateBound,
    certificate: 'self_signed',
  },
]

for (const { name, method, issuer = 'main', bound = dpopBound, certificate } of kinds) {
  describe(`oauth4webapi with ${name}`, () => {
    let app, dpop, resourceServer, tokens
    const newDpop = async () => (bound === dpopBound ? freshDpop(app) : undefined)
    const expected = async (key) => ({ client_id: app.client.client_id, cnf: await confirmation(key, certificate) })

    before(async () => {
      app = await newApp(issuer, method, bound, certificate)
      resourceServer = await newResourceServer(issuer)
      dpop = await newDpop()
    })

    test('a person logs in, allows it, and the client gets bound tokens', async () => {
      const login = await logIn(app, { dpop, scope: 'openid profile email offline_access accounts' })
      assert.equal(app.demandedNonces, issuer === 'nonce' ? 1 : 0, 'only an issuer that wants nonces asks for one')
      assert.equal(login.callback.searchParams.get('iss'), server.issuers[issuer])
      // The library checks iss, state, nonce, the signature and the claims of the ID token.
      tokens = await redeem(app, login, dpop)
      assert.equal(tokens.token_type, dpop ? 'dpop' : 'bearer')
      assert.ok(tokens.refresh_token)
    })

    test('userinfo answers the holder of the key, about the person of the ID token', async () => {
      const claims = await userinfo(app, tokens.access_token, subjectOf(tokens), dpop)
      assert.equal(claims.email, 'alice@example.test')
      assert.equal(claims.name, 'Alice Adams')
    })

    test('a resource server learns of the token and its key, as JSON and as a signed JWT', async () => {
      await expectActive(resourceServer, tokens.access_token, await expected(dpop))
    })

    test('a refresh with a new key gives a token bound to that key', async () => {
      const key = await newDpop()
      const refreshed = await refresh(app, tokens.refresh_token, key)
      assert.notEqual(refreshed.access_token, tokens.access_token)
      assert.equal(subjectOf(refreshed), subjectOf(tokens))
      await expectActive(resourceServer, refreshed.access_token, await expected(key))
      await userinfo(app, refreshed.access_token, subjectOf(tokens), key)
    })

    test('a revoked access token is worth nothing from that moment on', async () => {
      await revoke(app, tokens.access_token)
      await expectInactive(resourceServer, tokens.access_token)
      assert.equal(await errorOf(userinfo(app, tokens.access_token, subjectOf(tokens), dpop)), 'invalid_token')
    })

    test('with the refresh token everything of the login is revoked', async () => {
      const last = await refresh(app, tokens.refresh_token, dpop)
      await expectActive(resourceServer, last.access_token, await expected(dpop))
      await revoke(app, tokens.refresh_token)
      await expectInactive(resourceServer, last.access_token)
      assert.equal(await errorOf(refresh(app, tokens.refresh_token, dpop)), 'invalid_grant')
    })
  })
}

describe('oauth4webapi as a resource server', () => {
  test('it believes a JWT access token that comes with a proof of its key, and no other proof', async () => {
    const app = await newApp('main', privateKeyJwt, { ...dpopBound, access_token_format: 'jwt' })
    const dpop = await freshDpop(app)
    const { access_token } = await redeem(app, await logIn(app, { dpop }), dpop)
    const call = async (key) => {
      let claims
      const api = async (url, options) => {
        claims = await oauth.validateJwtAccessToken(app.as, new Request(url, options), server.issuers.main)
        return new Response()
      }
      const url = new URL('https://api.example.test/accounts')
      await oauth.protectedResourceRequest(access_token, 'GET', url, undefined, undefined, { [oauth.customFetch]: api, DPoP: key })
      return claims
    }
    const claims = await call(dpop)
    assert.equal(claims.client_id, app.client.client_id)
    assert.deepEqual(claims.cnf, await confirmation(dpop))
    await assert.rejects(call(await freshDpop(app)), { message: 'JWT Access Token confirmation mismatch' })
  })
})

describe('attacks on a client of oauth4webapi', () => {
  test('an answer of another issuer, or of none, is refused by the library', async () => {
    const honest = await newDpopApp()
    const other = await newApp('nonce', privateKeyJwt, dpopBound)
    const state = oauth.generateRandomState()
    const { callback } = await logIn(other, { dpop: await freshDpop(other), state })
    assert.ok(oauth.validateAuthResponse(other.as, other.client, callback, state).get('code'))
    const believe = () => oauth.validateAuthResponse(honest.as, honest.client, callback, state)
    assert.throws(believe, { code: oauth.INVALID_RESPONSE, message: /^unexpected "iss"/ })
    callback.searchParams.delete('iss')
    assert.throws(believe, { code: oauth.INVALID_RESPONSE, message: /"iss" \(issuer\) missing$/ })
  })

  test('an answer to the login of somebody else is refused by the library', async () => {
    const app = await newDpopApp()
    const dpop = await freshDpop(app)
    const login = await logIn(app, { dpop })
    await assert.rejects(redeem(app, { ...login, state: oauth.generateRandomState() }, dpop), {
      code: oauth.INVALID_RESPONSE,
      message: /^unexpected "state"/,
    })
    await assert.rejects(redeem(app, { ...login, nonce: oauth.generateRandomNonce() }, dpop), {
      code: oauth.JWT_CLAIM_COMPARISON,
      message: /"nonce"/,
    })
  })
})

describe('attacks on the server with oauth4webapi', () => {
  test('a pushed request with a proof of another key than it names is refused', async () => {
    const app = await newDpopApp()
    const named = await (await freshDpop(app)).calculateThumbprint()
    const push = logIn(app, { dpop: await freshDpop(app), dpop_jkt: named })
    assert.equal(await errorOf(push), 'invalid_dpop_proof')
  })

  test('a code with a proof of another key is refused, and stays good for its own', async () => {
    const app = await newDpopApp()
    const dpop = await freshDpop(app)
    const login = await logIn(app, { dpop })
    assert.equal(await errorOf(redeem(app, login, await freshDpop(app))), 'invalid_grant')
    assert.equal(await errorOf(redeem(app, login)), 'invalid_dpop_proof')
    assert.ok((await redeem(app, login, dpop)).access_token)
  })

  test('the refresh token of a public client is refused with a proof of another key, and stays good for its own', async () => {
    const app = await newApp('staff', publicClient, dpopBound)
    const dpop = await freshDpop(app)
    const { refresh_token } = await redeem(app, await logIn(app, { dpop }), dpop)
    assert.equal(await errorOf(refresh(app, refresh_token, await freshDpop(app))), 'invalid_grant')
    assert.equal(await errorOf(refresh(app, refresh_token)), 'invalid_dpop_proof')
    assert.ok((await refresh(app, refresh_token, dpop)).access_token)
  })

  test('an access token with a proof of another key, or with none, opens nothing', async () => {
    const app = await newDpopApp()
    const dpop = await freshDpop(app)
    const tokens = await redeem(app, await logIn(app, { dpop }), dpop)
    const use = (key) => userinfo(app, tokens.access_token, subjectOf(tokens), key)
    assert.equal(await errorOf(use(await freshDpop(app))), 'invalid_token')
    assert.equal(await errorOf(use()), 'invalid_token')
    assert.ok(await use(dpop))
  })

  test('an access token bound to a certificate is refused with another one', async () => {
    const app = await newApp('main', privateKeyJwt, certificateBound, 'two')
    const thief = { ...app, options: { [oauth.customFetch]: certificateFetch('one') } }
    const tokens = await redeem(app, await logIn(app))
    const use = (party) => userinfo(party, tokens.access_token, subjectOf(tokens))
    assert.equal(await errorOf(use(thief)), 'invalid_token')
    assert.ok(await use(app))
  })
})
