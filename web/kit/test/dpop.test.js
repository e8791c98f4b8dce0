import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { generateDpopKey, makeDpopKey, makeDpopProof } from '../dist/index.js'
import { readProof } from './support/fake_server.js'

const url = new URL('https://as.test/login/abc?secret=1#part')

test('a proof is signed by its key and names method, address without query, token and nonce', async () => {
  const key = await generateDpopKey()
  const { jti, iat, jkt, ...claims } = readProof(await makeDpopProof(key, { method: 'POST', url, accessToken: 'abc', nonce: 'n-1' }))
  const ath = createHash('sha256').update('abc').digest('base64url')
  assert.deepEqual(claims, { htm: 'POST', htu: 'https://as.test/login/abc', ath, nonce: 'n-1' })
  assert.equal(jkt, key.thumbprint)
  assert.ok(jti.length >= 20)
  assert.ok(Math.abs(iat - Date.now() / 1000) < 60)
})

test('two proofs never have the same jti', async () => {
  const key = await generateDpopKey()
  const proofs = await Promise.all(Array.from({ length: 50 }, () => makeDpopProof(key, { method: 'GET', url })))
  assert.equal(new Set(proofs.map((proof) => readProof(proof).jti)).size, 50)
})

test('without token and nonce a proof has neither claim', async () => {
  const claims = readProof(await makeDpopProof(await generateDpopKey(), { method: 'GET', url }))
  assert.ok(!('ath' in claims) && !('nonce' in claims))
})

test('a key whose private half can be read is refused', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  await assert.rejects(makeDpopKey(pair), { code: 'token' })
})

test('a key of another curve is refused', async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign', 'verify'])
  await assert.rejects(makeDpopKey(pair), { code: 'token' })
})

test('the public key holds no private member', async () => {
  assert.deepEqual(Object.keys((await generateDpopKey()).publicJwk).sort(), ['crv', 'kty', 'x', 'y'])
})
