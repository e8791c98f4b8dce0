// FAPI 2.0 logins with a client library of others: every client authentication with every binding of tokens.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { decodeProtectedHeader } from 'jose'
import {
  certificateFetch,
  certificateKeySet,
  codeClient,
  configure,
  errorOf,
  freshDpop,
  logIn,
  register,
  server,
  signingKey,
} from './support.js'

const subjectOne = { tls_client_auth_subject_dn: 'CN=client one,O=Fintech One' }

async function privateKeyJwt(alg) {
  const own = await signingKey(alg)
  return {
    metadata: { token_endpoint_auth_method: 'private_key_jwt', jwks: own.jwks },
    authentication: client.PrivateKeyJwt({ key: own.key, kid: own.kid }),
  }
}
const tlsClientAuth = async () => ({
  metadata: { token_endpoint_auth_method: 'tls_client_auth', ...subjectOne },
  authentication: client.TlsClientAuth(),
  certificate: 'one',
})
const selfSigned = async () => ({
  metadata: {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: await certificateKeySet('self_signed'),
  },
  authentication: client.TlsClientAuth(),
  certificate: 'self_signed',
})

const kinds = [
  { name: 'private_key_jwt (ES256) and DPoP', method: () => privateKeyJwt('ES256'), binding: 'dpop' },
  { name: 'private_key_jwt (PS256) and DPoP', method: () => privateKeyJwt('PS256'), binding: 'dpop' },
  { name: 'private_key_jwt (EdDSA) and DPoP', method: () => privateKeyJwt('Ed25519'), binding: 'dpop' },
  { name: 'private_key_jwt and DPoP with a nonce of the server', method: privateKeyJwt, binding: 'dpop', issuer: 'nonce' },
  { name: 'private_key_jwt and tokens bound to a certificate', method: privateKeyJwt, binding: 'mtls', certificate: 'two' },
  { name: 'tls_client_auth and DPoP', method: tlsClientAuth, binding: 'dpop' },
  { name: 'tls_client_auth and DPoP with a nonce of the server', method: tlsClientAuth, binding: 'dpop', issuer: 'nonce' },
  { name: 'tls_client_auth and tokens bound to the certificate', method: tlsClientAuth, binding: 'mtls' },
  { name: 'self_signed_tls_client_auth and DPoP', method: selfSigned, binding: 'dpop' },
  { name: 'self_signed_tls_client_auth and tokens bound to the certificate', method: selfSigned, binding: 'mtls' },
  { name: 'private_key_jwt, DPoP and JWT access tokens', method: privateKeyJwt, binding: 'dpop', more: { access_token_format: 'jwt' } },
]

/** Two resource servers: one reads JSON, one asks for a signed answer. */
async function introspectors(issuer) {
  const make = async (metadata) => {
    const own = await signingKey()
    const registered = await register(issuer, {
      client_name: 'Resource server',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: own.jwks,
      introspection_allowed: true,
      resource: [server.issuers[issuer]],
    })
    return configure(issuer, registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }), { metadata })
  }
  return [await make({}), await make({ introspection_signed_response_alg: 'ES256' })]
}

async function expectActive(resourceServers, token, binding) {
  for (const config of resourceServers) {
    const answer = await client.tokenIntrospection(config, token)
    assert.equal(answer.active, true)
    assert.equal(typeof answer.cnf[binding === 'dpop' ? 'jkt' : 'x5t#S256'], 'string')
    assert.equal(answer.iss, config.serverMetadata().issuer)
  }
}
async function expectInactive(resourceServers, token) {
  for (const config of resourceServers) {
    const answer = await client.tokenIntrospection(config, token)
    assert.deepEqual(Object.keys(answer), ['active'])
    assert.equal(answer.active, false)
  }
}

for (const kind of kinds) {
  describe(`FAPI 2.0 with ${kind.name}`, () => {
    const issuer = kind.issuer ?? 'main'
    const state = {}
    const newDpop = async () => (kind.binding === 'dpop' ? freshDpop(state.config) : undefined)

    test('a person logs in, allows it, and the client gets bound tokens', async () => {
      const method = await kind.method()
      const bound =
        kind.binding === 'dpop' ? { dpop_bound_access_tokens: true } : { tls_client_certificate_bound_access_tokens: true }
      const certificate = kind.certificate ?? method.certificate
      const registered = await register(issuer, codeClient({ ...method.metadata, ...bound, ...kind.more }))
      state.config = await configure(issuer, registered, method.authentication, {
        fetch: certificate && certificateFetch(certificate),
        metadata: { use_mtls_endpoint_aliases: certificate !== undefined },
      })
      state.resourceServers = await introspectors(issuer)
      state.dpop = await newDpop()
      const { callback, checks } = await logIn(state.config, {
        scope: 'openid profile email offline_access accounts',
        dpop: state.dpop,
      })
      assert.equal(callback.searchParams.get('iss'), server.issuers[issuer])
      // The library checks iss, state, nonce, the signature and the claims of the ID token.
      state.tokens = await client.authorizationCodeGrant(state.config, callback, checks, undefined, { DPoP: state.dpop })
      assert.equal(state.tokens.token_type, kind.binding === 'dpop' ? 'dpop' : 'bearer')
      assert.ok(state.tokens.refresh_token)
      assert.equal(decodeProtectedHeader(state.tokens.id_token).alg, 'ES256')
      if (kind.more) assert.equal(decodeProtectedHeader(state.tokens.access_token).typ, 'at+jwt')
    })

    test('userinfo answers the holder of the key, about the person of the ID token', async () => {
      const { sub } = state.tokens.claims()
      const claims = await client.fetchUserInfo(state.config, state.tokens.access_token, sub, { DPoP: state.dpop })
      assert.equal(claims.email, 'alice@example.test')
      assert.equal(claims.name, 'Alice Adams')
    })

    test('resource servers learn of the token and its key, as JSON and as a signed JWT', async () => {
      await expectActive(state.resourceServers, state.tokens.access_token, kind.binding)
    })

    test('a refresh with a new key gives a token bound to that key', async () => {
      const dpop = await newDpop()
      const refreshed = await client.refreshTokenGrant(state.config, state.tokens.refresh_token, undefined, { DPoP: dpop })
      assert.notEqual(refreshed.access_token, state.tokens.access_token)
      const { sub } = state.tokens.claims()
      await client.fetchUserInfo(state.config, refreshed.access_token, sub, { DPoP: dpop })
      if (kind.binding === 'dpop') {
        const error = await errorOf(client.fetchUserInfo(state.config, refreshed.access_token, sub, { DPoP: state.dpop }))
        assert.match(error, /invalid_token|invalid_dpop_proof/)
      }
      const again = await client.refreshTokenGrant(state.config, state.tokens.refresh_token, undefined, { DPoP: await newDpop() })
      assert.ok(again.access_token, 'a confidential client keeps its refresh token')
    })

    test('the client gets a token of its own, without a person', async () => {
      const dpop = await newDpop()
      const tokens = await client.clientCredentialsGrant(state.config, { scope: 'accounts' }, { DPoP: dpop })
      assert.equal(tokens.scope, 'accounts')
      assert.equal(tokens.refresh_token, undefined)
      await expectActive(state.resourceServers, tokens.access_token, kind.binding)
    })

    test('a revoked access token is worth nothing from that moment on', async () => {
      await client.tokenRevocation(state.config, state.tokens.access_token)
      await expectInactive(state.resourceServers, state.tokens.access_token)
      const { sub } = state.tokens.claims()
      assert.equal(
        await errorOf(client.fetchUserInfo(state.config, state.tokens.access_token, sub, { DPoP: state.dpop })),
        'invalid_token',
      )
    })

    test('with the refresh token everything of the login is revoked', async () => {
      const dpop = await newDpop()
      const last = await client.refreshTokenGrant(state.config, state.tokens.refresh_token, undefined, { DPoP: dpop })
      await expectActive(state.resourceServers, last.access_token, kind.binding)
      await client.tokenRevocation(state.config, state.tokens.refresh_token)
      await expectInactive(state.resourceServers, last.access_token)
      const refresh = client.refreshTokenGrant(state.config, state.tokens.refresh_token, undefined, { DPoP: dpop })
      assert.equal(await errorOf(refresh), 'invalid_grant')
    })
  })
}
