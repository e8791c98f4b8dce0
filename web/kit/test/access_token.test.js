import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BackendAccessTokenProvider, generateDpopKey } from '../dist/index.js'
import { readProof } from './support/fake_server.js'

const url = 'https://app.test/api/token'
const tokenEndpoint = 'https://as.test/token'
const signal = new AbortController().signal
const good = { access_token: 'abc', token_type: 'DPoP', expires_in: 600 }

/** A provider whose backend gives these answers, one after the other, and the requests it got. */
function backend(...answers) {
  const calls = []
  const fetch = async (address, options) => {
    calls.push({ address: String(address), ...options })
    const { status = 200, headers = {}, ...json } = answers[Math.min(calls.length, answers.length) - 1]
    return new Response(JSON.stringify(json), { status, headers })
  }
  return { calls, provider: new BackendAccessTokenProvider({ url, tokenEndpoint, fetch }) }
}

test('the backend gets a proof made out to the token endpoint', async () => {
  const { calls, provider } = backend(good)
  const key = await generateDpopKey()
  assert.equal(await provider.accessToken({ key, renew: false, signal }), 'abc')
  const proof = readProof(calls[0].headers.dpop)
  assert.equal(proof.htu, tokenEndpoint)
  assert.equal(proof.htm, 'POST')
  assert.equal(proof.jkt, key.thumbprint)
  assert.equal(calls[0].redirect, 'error')
})

test('a token is kept until it ends, it is refused, or the key is another', async () => {
  const { calls, provider } = backend(good)
  const key = await generateDpopKey()
  const ask = (more) => provider.accessToken({ key, renew: false, signal, ...more })
  await ask()
  await ask()
  assert.equal(calls.length, 1)
  await ask({ renew: true })
  assert.equal(calls.length, 2)
  await ask({ key: await generateDpopKey() })
  assert.equal(calls.length, 3)
})

test('a token without a lifetime is not kept', async () => {
  const { calls, provider } = backend({ ...good, expires_in: undefined })
  const key = await generateDpopKey()
  await provider.accessToken({ key, renew: false, signal })
  await provider.accessToken({ key, renew: false, signal })
  assert.equal(calls.length, 2)
})

test('a nonce that the token endpoint asks for goes into the next proof', async () => {
  const { calls, provider } = backend({ status: 400, headers: { 'dpop-nonce': 'n-1' }, error: 'use_dpop_nonce' }, good)
  await provider.accessToken({ key: await generateDpopKey(), renew: false, signal })
  assert.deepEqual(calls.map(({ headers }) => readProof(headers.dpop).nonce), [undefined, 'n-1'])
})

test('nonces without end are given up', async () => {
  const { calls, provider } = backend({ status: 400, headers: { 'dpop-nonce': 'n-1' }, error: 'use_dpop_nonce' })
  await assert.rejects(provider.accessToken({ key: await generateDpopKey(), renew: false, signal }), { code: 'nonce-loop' })
  assert.equal(calls.length, 3)
})

for (const [name, answer] of Object.entries({
  'a bearer token': { ...good, token_type: 'Bearer' },
  'no token': { ...good, access_token: undefined },
  'a token of another type': { ...good, access_token: 7 },
  'an error': { status: 403, error: 'access_denied' },
})) {
  test(`${name} is not taken`, async () => {
    const { provider } = backend(answer)
    await assert.rejects(provider.accessToken({ key: await generateDpopKey(), renew: false, signal }), { code: 'token' })
  })
}

test('a backend in clear text is not asked', async () => {
  const provider = new BackendAccessTokenProvider({ url: 'http://app.test/token', tokenEndpoint, fetch: assert.fail })
  await assert.rejects(provider.accessToken({ key: await generateDpopKey(), renew: false, signal }), { code: 'token' })
})
