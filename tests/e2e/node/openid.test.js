// Plain OpenID Connect at an issuer of its own: no pushed request, bearer tokens, public clients.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as client from 'openid-client'
import { decodeProtectedHeader } from 'jose'
import { Browser, codeClient, configure, errorOf, register, server, signingKey } from './support.js'

async function plainLogIn(config, scope = 'openid profile offline_access') {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: server.redirect_uri,
    scope,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const callback = await new Browser().authorize(url)
  return client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true })
}

describe('plain OpenID Connect', () => {
  test('a confidential client logs a person in without a pushed request, with an RS256 ID token', async () => {
    const own = await signingKey()
    const registered = await register(
      'staff',
      codeClient({ token_endpoint_auth_method: 'private_key_jwt', jwks: own.jwks, id_token_signed_response_alg: 'RS256' }),
    )
    const config = await configure('staff', registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }), {
      metadata: { id_token_signed_response_alg: 'RS256' },
    })
    const tokens = await plainLogIn(config)
    assert.equal(tokens.token_type, 'bearer')
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, 'RS256')
    const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    assert.equal(claims.name, 'Alice Adams')
    assert.equal(claims.email, undefined, 'the scope email was not asked for')
  })

  test('a public client logs a person in with PKCE, and its refresh token changes with each use', async () => {
    const registered = await register(
      'staff',
      codeClient({
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      }),
    )
    const config = await configure('staff', registered, client.None())
    const tokens = await plainLogIn(config)
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
    assert.equal(refreshed.claims().sub, tokens.claims().sub)
    await client.tokenRevocation(config, refreshed.refresh_token)
    assert.equal(await errorOf(client.refreshTokenGrant(config, refreshed.refresh_token)), 'invalid_grant')
  })

  test('a public client without PKCE is refused', async () => {
    const registered = await register(
      'staff',
      codeClient({ token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] }),
    )
    const config = await configure('staff', registered, client.None())
    const url = client.buildAuthorizationUrl(config, { redirect_uri: server.redirect_uri, scope: 'openid', state: 's' })
    const callback = await new Browser().authorize(url)
    assert.equal(callback.searchParams.get('error'), 'invalid_request')
    assert.equal(callback.searchParams.get('iss'), server.issuers.staff)
  })

  test('an issuer of one profile does not know the clients of another', async () => {
    const own = await signingKey()
    const registered = await register('staff', codeClient({ token_endpoint_auth_method: 'private_key_jwt', jwks: own.jwks }))
    const config = await configure('main', registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }))
    assert.equal(await errorOf(client.clientCredentialsGrant(config)), 'invalid_client')
  })
})
