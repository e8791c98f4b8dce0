import assert from 'node:assert/strict'
import { test } from 'node:test'
import { form, heading, problem, step } from './support/build.js'
import { begin, codeOf, startWith } from './support/flow.js'

const page = step([form('/next')], { messages: [heading('Hello')] })
const entry = { client_id: 'app', request_uri: 'urn:x' }

test('the first request carries the parameters, the media type, the token and a proof, and no session', async (t) => {
  const { server, snapshot } = await startWith(t, page)
  assert.equal(snapshot.phase, 'step')
  const [{ query, headers }] = server.requests
  assert.deepEqual(query, { client_id: 'app', request_uri: 'urn:x', state: 'the-state' })
  assert.equal(headers['session-id'], undefined)
  assert.deepEqual(server.faults, [])
})

test('the session id of each answer is sent with the next request', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/next', page)
  const next = await flow.submit(snapshot.step.actions[0])
  await flow.submit(next.step.actions[0])
  const [first, second, third] = server.requests
  assert.equal(second.headers['session-id'], first.nextSession)
  assert.equal(third.headers['session-id'], second.nextSession)
})

test('a new start forgets the session', async (t) => {
  const { server, flow } = await startWith(t, page)
  await flow.start(entry)
  assert.equal(server.requests[1].headers['session-id'], undefined)
})

test('a nonce that is asked for is used, and used again for the next request', async (t) => {
  const { server, flow } = await begin(t)
  server.nonces = ['n-1']
  server.on('/authorize', page).on('/next', page)
  const { step: first } = await flow.start(entry)
  await flow.submit(first.actions[0])
  assert.deepEqual(server.faults, ['use_dpop_nonce'])
  assert.deepEqual(server.requests.map(({ proof }) => proof.nonce), ['n-1', 'n-1'])
})

test('a new nonce of a good answer is used from then on', async (t) => {
  const { server, flow } = await begin(t)
  server.on('/authorize', { json: page, headers: { 'dpop-nonce': 'n-2' } }).on('/next', page)
  const { step: first } = await flow.start(entry)
  await flow.submit(first.actions[0])
  assert.equal(server.requests[1].proof.nonce, 'n-2')
})

test('a server that always asks for another nonce is given up', async (t) => {
  const { server, flow } = await begin(t)
  let count = 0
  server.on('/authorize', () => ({ status: 401, json: {}, headers: { 'dpop-nonce': `n-${++count}`, 'www-authenticate': 'DPoP error="use_dpop_nonce"' } }))
  assert.equal(codeOf(await flow.start(entry)), 'nonce-loop')
  assert.equal(count, 3)
})

test('a challenge without a nonce is a refusal', async (t) => {
  const { snapshot } = await startWith(t, { status: 401, json: {}, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"' } })
  assert.equal(codeOf(snapshot), 'unauthorized')
})

test('a token that has ended is renewed once', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/next', page)
  server.tokens.clear()
  const next = await flow.submit(snapshot.step.actions[0])
  assert.equal(next.phase, 'step')
  assert.deepEqual(server.faults, ['invalid_token'])
})

test('a token that is refused again is given up', async (t) => {
  const { server, flow } = await begin(t, { accessTokens: { accessToken: async () => 'never-issued' } })
  assert.equal(codeOf(await flow.start(entry)), 'unauthorized')
  assert.deepEqual(server.faults, ['invalid_token', 'invalid_token'])
})

test('a 401 without a challenge is about the user: its problem is shown', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/next', problem('incorrect-credentials', { status: 401 }))
  const next = await flow.submit(snapshot.step.actions[0])
  assert.equal(next.step.problem.name, 'incorrect-credentials')
})

for (const [name, answer] of Object.entries({
  'an HTML page': { type: 'text/html', body: '<script>alert(1)</script>' },
  'plain JSON': { type: 'application/json', json: page },
  'no content type': { type: '', json: page },
  'a type that only begins alike': { type: 'application/vnd.auth+jsonx', json: page },
  'a representation with an error status': { status: 400, json: page },
  'a problem with a good status': { ...problem('invalid-input'), status: 200 },
})) {
  test(`the answer is refused when it is ${name}`, async (t) => {
    assert.equal(codeOf((await startWith(t, answer)).snapshot), 'unexpected-content-type')
  })
}

test('parameters of the media type and its letter case do not matter', async (t) => {
  const { snapshot } = await startWith(t, { type: 'Application/VND.auth+JSON; charset=utf-8', json: page })
  assert.equal(snapshot.phase, 'step')
})

for (const [name, body] of Object.entries({ 'cut off': '{"type":', empty: '', 'not UTF-8': Buffer.from([0x22, 0xff, 0x22]), 'nested without end': '['.repeat(100_000) })) {
  test(`a body that is ${name} is refused`, async (t) => {
    assert.equal(codeOf((await startWith(t, { body })).snapshot), 'malformed')
  })
}

test('an answer that is too large is given up before it is read to its end', async (t) => {
  const { snapshot } = await startWith(t, { body: ' '.repeat(300 * 1024) + JSON.stringify(page) })
  assert.equal(codeOf(snapshot), 'too-large')
})

test('a redirect of HTTP is never followed', async (t) => {
  const { server, snapshot } = await startWith(t, { status: 302, json: {}, headers: { location: '/other' } })
  assert.equal(codeOf(snapshot), 'network')
  assert.deepEqual(server.paths(), ['GET /authorize'])
})

test('a server that does not answer is given up', async (t) => {
  const { snapshot } = await startWith(t, () => () => new Promise(() => undefined), { timeout: 50 })
  assert.equal(codeOf(snapshot), 'timeout')
})

test('stop gives up the request that is under way', async (t) => {
  const { server, flow } = await begin(t)
  const arrived = new Promise((resolve) => server.on('/authorize', () => new Promise(() => resolve())))
  const running = flow.start(entry)
  await arrived
  flow.stop()
  assert.deepEqual(await running, { phase: 'idle' })
})

test('a later start wins over one whose entry comes late', async (t) => {
  const { server, flow } = await begin(t)
  server.on('/authorize', page)
  let give
  const first = flow.start(() => new Promise((resolve) => (give = resolve)))
  const second = await flow.start({ client_id: 'second' })
  give({ client_id: 'first' })
  await first
  assert.equal(second.phase, 'step')
  assert.deepEqual(server.requests.map(({ query }) => query.client_id), ['second'])
})

for (const issuer of ['http://as.test', 'ftp://as.test', 'https://as.test/?a=1', 'https://user@as.test', 'as.test', '']) {
  test(`"${issuer}" is no issuer`, async (t) => {
    await assert.rejects(begin(t, { issuer }), { code: 'foreign-address' })
  })
}
