// Attacks with the means of a client: each must be refused, with the documented error.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as client from 'openid-client'
import {
  Browser,
  certificateFetch,
  codeClient,
  configure,
  errorOf,
  freshDpop,
  logIn,
  readForms,
  register,
  server,
  signingKey,
} from './support.js'

/** A client with private_key_jwt and DPoP; `change` edits its assertions. */
async function dpopClient(change = () => {}) {
  const own = await signingKey()
  const registered = await register(
    'main',
    codeClient({ token_endpoint_auth_method: 'private_key_jwt', jwks: own.jwks, dpop_bound_access_tokens: true }),
  )
  const authentication = client.PrivateKeyJwt(
    { key: own.key, kid: own.kid },
    { [client.modifyAssertion]: (header, payload) => change(payload, header) },
  )
  const config = await configure('main', registered, authentication)
  return { config, registered, own }
}

/** Redeems by hand, for what a careful library would not send. */
async function redeem({ config }, callback, checks, dpop, parameters = {}) {
  return client.genericGrantRequest(
    config,
    'authorization_code',
    {
      code: callback.searchParams.get('code'),
      redirect_uri: server.redirect_uri,
      code_verifier: checks.pkceCodeVerifier,
      ...parameters,
    },
    { DPoP: dpop },
  )
}

describe('client authentication', () => {
  const cases = {
    'for the token endpoint instead of the issuer': (payload) => (payload.aud = `${server.issuers.main}/token`),
    'for the issuer in an array': (payload) => (payload.aud = [server.issuers.main]),
    'for another issuer': (payload) => (payload.aud = 'https://other.example'),
    'that lives for a day': (payload) => (payload.exp += 86400),
    'that has expired': (payload) => (payload.exp = payload.iat - 3600),
    'without exp': (payload) => delete payload.exp,
    'without jti': (payload) => delete payload.jti,
    'of another subject': (payload) => (payload.sub = 'somebody'),
    'that says it is an access token': (payload, header) => (header.typ = 'at+jwt'),
    'with a critical header nobody knows': (payload, header) => Object.assign(header, { crit: ['x'], x: 1 }),
  }
  for (const [name, change] of Object.entries(cases)) {
    test(`an assertion ${name} is refused`, async () => {
      const { config } = await dpopClient(change)
      const grant = client.clientCredentialsGrant(config, {}, { DPoP: await freshDpop(config) })
      assert.equal(await errorOf(grant), 'invalid_client')
    })
  }

  test('an assertion that was used before is refused, at every endpoint', async () => {
    let first
    const { config } = await dpopClient((payload) => Object.assign(payload, (first ??= { ...payload })))
    await client.clientCredentialsGrant(config, {}, { DPoP: await freshDpop(config) })
    assert.equal(await errorOf(client.clientCredentialsGrant(config, {}, { DPoP: await freshDpop(config) })), 'invalid_client')
    assert.equal(await errorOf(client.tokenRevocation(config, 'x')), 'invalid_client')
    const push = client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: server.redirect_uri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    assert.equal(await errorOf(push), 'invalid_client')
  })

  test('a self-signed certificate that bears the registered name is refused', async () => {
    const registered = await register('main', {
      ...codeClient({}),
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=client one,O=Fintech One',
      tls_client_certificate_bound_access_tokens: true,
    })
    const grantWith = async (certificate) => {
      const config = await configure('main', registered, client.TlsClientAuth(), {
        fetch: certificateFetch(certificate),
        metadata: { use_mtls_endpoint_aliases: true },
      })
      return client.clientCredentialsGrant(config)
    }
    assert.equal(await errorOf(grantWith('stranger')), 'invalid_client')
    assert.equal(await errorOf(grantWith('two')), 'invalid_client')
    assert.ok((await grantWith('one')).access_token)
  })
})

describe('authorization', () => {
  let app
  before(async () => {
    app = await dpopClient()
  })

  test('a request that was not pushed is refused', async () => {
    const url = client.buildAuthorizationUrl(app.config, {
      redirect_uri: server.redirect_uri,
      scope: 'openid',
      response_type: 'code',
    })
    const callback = await new Browser().authorize(url)
    assert.equal(callback.searchParams.get('error'), 'invalid_request')
    assert.equal(callback.searchParams.get('code'), null)
  })

  test('a pushed request serves one login only', async () => {
    const browser = new Browser()
    const dpop = await freshDpop(app.config)
    const url = await client.buildAuthorizationUrlWithPAR(
      app.config,
      {
        redirect_uri: server.redirect_uri,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      },
      { DPoP: dpop },
    )
    await browser.authorize(url)
    await assert.rejects(browser.authorize(url), /page with status 400/)
  })

  test('a request_uri of another client is refused without a redirect', async () => {
    const other = await dpopClient()
    const url = await client.buildAuthorizationUrlWithPAR(app.config, {
      redirect_uri: server.redirect_uri,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    url.searchParams.set('client_id', other.registered.client_id)
    await assert.rejects(new Browser().authorize(url), /page with status 400/)
  })

  test('a redirect URI that is not registered is refused when it is pushed', async () => {
    const push = client.buildAuthorizationUrlWithPAR(app.config, {
      redirect_uri: `${server.redirect_uri}/evil`,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    })
    assert.equal(await errorOf(push), 'invalid_request')
  })

  test('a person who presses deny sends the client away with access_denied and iss', async () => {
    const { callback } = await logIn(app.config, { press: 'deny' })
    assert.equal(callback.searchParams.get('error'), 'access_denied')
    assert.equal(callback.searchParams.get('iss'), server.issuers.main)
    assert.ok(callback.searchParams.get('state'))
  })

  test('a wrong password leads back to the form, and says nothing about the name', async () => {
    const texts = []
    for (const username of [server.username, 'nobody']) {
      const browser = new Browser()
      await assert.rejects(logIn(app.config, { browser, username, password: 'wrong password' }), /still at the login page/)
      const page = browser.pages.at(-1)
      texts.push(/role="alert"[^>]*>(.*?)<\/div>/s.exec(page)[1])
      assert.ok(readForms(page).every((form) => form.inputs.every((input) => input.type !== 'password' || !input.value)))
    }
    assert.equal(texts[0], texts[1])
  })
})

describe('codes', () => {
  test('a code that is used twice takes its tokens along', async () => {
    const app = await dpopClient()
    const dpop = await freshDpop(app.config)
    const { callback, checks } = await logIn(app.config, { dpop, scope: 'openid offline_access' })
    const tokens = await client.authorizationCodeGrant(app.config, callback, checks, undefined, { DPoP: dpop })
    const { sub } = tokens.claims()
    await client.fetchUserInfo(app.config, tokens.access_token, sub, { DPoP: dpop })
    assert.equal(await errorOf(redeem(app, callback, checks, dpop)), 'invalid_grant')
    assert.equal(await errorOf(client.fetchUserInfo(app.config, tokens.access_token, sub, { DPoP: dpop })), 'invalid_token')
    const refresh = client.refreshTokenGrant(app.config, tokens.refresh_token, undefined, { DPoP: dpop })
    assert.equal(await errorOf(refresh), 'invalid_grant')
  })

  test('of two redemptions at the same moment at most one succeeds, and nothing of it stays', async () => {
    const app = await dpopClient()
    const dpop = await freshDpop(app.config)
    const { callback, checks } = await logIn(app.config, { dpop, scope: 'openid offline_access' })
    const racing = await Promise.allSettled([1, 2, 3, 4].map(() => redeem(app, callback, checks, dpop)))
    const won = racing.filter((each) => each.status === 'fulfilled')
    assert.ok(won.length <= 1, `${won.length} redemptions succeeded`)
    for (const { value } of won) {
      const refresh = client.refreshTokenGrant(app.config, value.refresh_token, undefined, { DPoP: dpop })
      assert.equal(await errorOf(refresh), 'invalid_grant')
    }
  })

  const attempts = {
    'with the verifier of another login': { code_verifier: client.randomPKCECodeVerifier() },
    'without a verifier': { code_verifier: '' },
    'with another redirect URI': { redirect_uri: `${server.redirect_uri}/other` },
  }
  for (const [name, parameters] of Object.entries(attempts)) {
    test(`a code ${name} is refused`, async () => {
      const app = await dpopClient()
      const dpop = await freshDpop(app.config)
      const { callback, checks } = await logIn(app.config, { dpop })
      assert.equal(await errorOf(redeem(app, callback, checks, dpop, parameters)), 'invalid_grant')
    })
  }

  test('a code in the hands of another client, or with another key, is refused', async () => {
    const app = await dpopClient()
    const thief = await dpopClient()
    const dpop = await freshDpop(app.config)
    const { callback, checks } = await logIn(app.config, { dpop })
    assert.equal(await errorOf(redeem(thief, callback, checks, dpop)), 'invalid_grant')
    assert.equal(await errorOf(redeem(app, callback, checks, await freshDpop(app.config))), 'invalid_grant')
    const tokens = await client.authorizationCodeGrant(app.config, callback, checks, undefined, { DPoP: dpop })
    assert.ok(tokens.access_token, 'the attempts of others did not spoil the code of its owner')
  })
})

describe('access tokens', () => {
  let app, dpop, tokens
  before(async () => {
    app = await dpopClient()
    dpop = await freshDpop(app.config)
    const { callback, checks } = await logIn(app.config, { dpop })
    tokens = await client.authorizationCodeGrant(app.config, callback, checks, undefined, { DPoP: dpop })
  })
  const userinfo = (headers) => fetch(`${server.issuers.main}/userinfo`, { headers })

  test('a stolen token without its key opens nothing', async () => {
    const asBearer = await userinfo({ authorization: `Bearer ${tokens.access_token}` })
    assert.equal(asBearer.status, 401)
    const withoutProof = await userinfo({ authorization: `DPoP ${tokens.access_token}` })
    assert.equal(withoutProof.status, 401)
    const inQuery = await fetch(`${server.issuers.main}/userinfo?access_token=${tokens.access_token}`)
    assert.ok(inQuery.status === 400 || inQuery.status === 401)
    const { sub } = tokens.claims()
    const otherKey = client.fetchUserInfo(app.config, tokens.access_token, sub, { DPoP: await freshDpop(app.config) })
    assert.match(await errorOf(otherKey), /invalid_token|invalid_dpop_proof/)
  })

  test('a proof that was used before is refused', async () => {
    const seen = []
    app.config[client.customFetch] = (url, options) => {
      seen.push(options.headers)
      return fetch(url, options)
    }
    await client.fetchUserInfo(app.config, tokens.access_token, tokens.claims().sub, { DPoP: dpop })
    delete app.config[client.customFetch]
    const again = await userinfo(seen.at(-1))
    assert.equal(again.status, 401)
    assert.match(again.headers.get('www-authenticate'), /^DPoP .*error="invalid_dpop_proof"/)
  })

  test('a token bound to a certificate is refused without it and with another one', async () => {
    const own = await signingKey()
    const registered = await register(
      'main',
      codeClient({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: own.jwks,
        tls_client_certificate_bound_access_tokens: true,
      }),
    )
    const withCertificate = certificateFetch('two')
    const config = await configure('main', registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }), {
      fetch: withCertificate,
      metadata: { use_mtls_endpoint_aliases: true },
    })
    const { callback, checks } = await logIn(config)
    const { access_token } = await client.authorizationCodeGrant(config, callback, checks)
    const headers = { authorization: `Bearer ${access_token}` }
    const url = config.serverMetadata().mtls_endpoint_aliases.userinfo_endpoint
    assert.equal((await withCertificate(url, { headers })).status, 200)
    assert.equal((await fetch(url, { headers })).status, 401)
    assert.equal((await certificateFetch('one')(url, { headers })).status, 401)
    assert.equal((await userinfo(headers)).status, 401)
  })
})
