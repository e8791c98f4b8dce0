import assert from 'node:assert/strict'
import { test } from 'node:test'
import { field, form, heading, problem, redirection, response, selector, step } from './support/build.js'
import { begin, codeOf, rejection, startWith } from './support/flow.js'

const login = form('/login', [field('username', 'user'), field('password', 'pass'), field('hidden', 'token', { value: 'h-1' })], { kind: 'login' })
const page = step([login])

test('a login goes from the request over redirections and forms to the code', async (t) => {
  const { server, flow } = await begin(t)
  server
    .on('/authorize', redirection('/start?x=1', [field('hidden', 'h', { value: 'a b&c' })], { method: 'GET' }))
    .on('/start', page)
    .on('/login', redirection('/finish', [field('hidden', 'done', { value: '1' })]))
    .on('/finish', () => response(server.issuer))
  const seen = []
  flow.subscribe(({ phase }) => seen.push(phase))
  const { step: first } = await flow.start({ client_id: 'app', state: 'the-state' })
  const end = await flow.submit(first.actions[0], { user: 'alice', pass: 'ä ö+&=' })
  assert.deepEqual(end, { phase: 'done', response: { code: 'the-code', state: 'the-state', iss: server.issuer } })
  assert.deepEqual(server.paths(), ['GET /authorize', 'GET /start', 'POST /login', 'POST /finish'])
  assert.deepEqual(server.requests[1].query, { x: '1', h: 'a b&c' })
  assert.deepEqual(server.requests[2].form, { user: 'alice', pass: 'ä ö+&=', token: 'h-1' })
  assert.deepEqual(seen, ['working', 'step', 'working', 'done'])
  assert.equal(flow.snapshot, end)
})

test('start takes an authorization URL as well', async (t) => {
  const { server, flow } = await begin(t)
  server.on('/other', page)
  server.on('/authorize', page)
  await flow.start(`${server.issuer}/authorize?client_id=app&request_uri=urn%3Ax`)
  assert.deepEqual(server.requests[0].query, { client_id: 'app', request_uri: 'urn:x' })
})

for (const entry of ['https://evil.test/authorize?client_id=app', 'javascript:alert(1)', '//evil.test/']) {
  test(`a start at ${entry} sends nothing`, async (t) => {
    const { server, flow } = await begin(t)
    const snapshot = await flow.start(entry)
    assert.equal(codeOf(snapshot), 'foreign-address')
    assert.deepEqual([server.requests, server.tokens.size], [[], 0])
  })
}

test('an entry that the app cannot make is a failure that a new start can mend', async (t) => {
  const { server, flow } = await begin(t)
  server.on('/authorize', page)
  assert.equal(codeOf(await flow.start(() => Promise.reject(new Error('backend down')))), 'entry')
  assert.equal((await flow.start(async () => ({ client_id: 'app' }))).phase, 'step')
})

test('redirections without end are given up', async (t) => {
  const { server, snapshot } = await startWith(t, redirection('/authorize', [], { method: 'GET' }), { maxRedirections: 4 })
  assert.equal(codeOf(snapshot), 'too-many-redirections')
  assert.equal(server.requests.length, 5)
})

for (const [name, actions] of Object.entries({
  'no form': [],
  'two forms': [form('/a'), form('/b')],
  'a choice': [selector('x', [form('/a')])],
  'a form that asks for a context': [form('/a', [field('context', 'c')])],
  'an unknown template': [{ template: 'hologram' }],
})) {
  test(`a redirection of ${name} is refused`, async (t) => {
    const { server, snapshot } = await startWith(t, step(actions, { type: 'redirection-step' }))
    assert.equal(codeOf(snapshot), 'malformed')
    assert.equal(server.requests.length, 1)
  })
}

test('a redirection to another origin is refused and nothing is sent there', async (t) => {
  const other = await begin(t)
  const { snapshot } = await startWith(t, redirection(`${other.server.issuer}/steal`, [field('hidden', 'secret', { value: 's' })]))
  assert.equal(codeOf(snapshot), 'foreign-address')
  assert.deepEqual([other.server.requests, other.server.faults], [[], []])
})

test('a form with another address than the server gave is not sent', async (t) => {
  const { flow, snapshot } = await startWith(t, page)
  assert.equal(await rejection(flow.submit({ ...snapshot.step.actions[0], href: 'https://evil.test/' })), 'foreign-address')
})

test('the redirect of the response is handed to the app and not followed', async (t) => {
  const links = [{ rel: 'authorization-response', href: 'https://app.test/callback?code=the-code' }]
  const { server, snapshot } = await startWith(t, ({ issuer }) => response(issuer, {}, links))
  assert.equal(snapshot.response.redirectUrl, 'https://app.test/callback?code=the-code')
  assert.equal(server.requests.length, 1)
})

for (const href of ['javascript:alert(1)', 'data:text/html,x', 'http://app.test/callback', '/relative']) {
  test(`the app is not handed ${href} to go to`, async (t) => {
    const { snapshot } = await startWith(t, ({ issuer }) => response(issuer, {}, [{ rel: 'authorization-response', href }]))
    assert.equal(snapshot.phase, 'done')
    assert.equal(snapshot.response.redirectUrl, undefined)
  })
}

for (const [name, properties, code] of [
  ['of another issuer', { iss: 'https://evil.test' }, 'issuer-mismatch'],
  ['without an issuer', { iss: undefined }, 'issuer-mismatch'],
  ['with another state', { state: 'other' }, 'state-mismatch'],
  ['without a state', { state: undefined }, 'state-mismatch'],
  ['without a code', { code: undefined }, 'malformed'],
]) {
  test(`a response ${name} is refused`, async (t) => {
    const { snapshot } = await startWith(t, ({ issuer }) => response(issuer, properties))
    assert.equal(codeOf(snapshot), code)
  })
}

test('an error for the app ends the flow as a response, not as a failure', async (t) => {
  const error = { error: 'access_denied', error_description: 'No.' }
  const { snapshot } = await startWith(t, ({ issuer }) => problem('error-authorization-response', { ...error, iss: issuer }))
  assert.equal(snapshot.phase, 'done')
  assert.equal(snapshot.response.error, 'access_denied')
  assert.equal(snapshot.response.errorDescription, 'No.')
})

test('an error for the app from another issuer is refused', async (t) => {
  const { snapshot } = await startWith(t, problem('error-authorization-response', { error: 'access_denied', iss: 'https://evil.test' }))
  assert.equal(codeOf(snapshot), 'issuer-mismatch')
})

for (const name of ['incorrect-credentials', 'invalid-input', 'too-many-attempts', 'generic-user-error', 'not-known-yet']) {
  test(`after the problem ${name} the same step can be tried again`, async (t) => {
    const { server, flow, snapshot } = await startWith(t, page)
    server.on('/login', problem(name, { invalidFields: [{ name: 'user', reason: 'missing', detail: 'Needed.' }] }))
    const next = await flow.submit(snapshot.step.actions[0], { user: 'alice' })
    assert.equal(next.step.representation, snapshot.step.representation)
    assert.equal(next.step.problem.name, name)
    assert.deepEqual(next.step.problem.invalidFields, [{ name: 'user', reason: 'missing', detail: 'Needed.' }])
    server.on('/login', () => response(server.issuer))
    assert.equal((await flow.submit(next.step.actions[0], { user: 'alice' })).phase, 'done')
  })
}

for (const name of ['authentication-failed', 'mismatch-between-session-and-access-token', 'unexpected']) {
  test(`after the problem ${name} only a new start helps`, async (t) => {
    const { server, flow, snapshot } = await startWith(t, page)
    server.on('/login', problem(name))
    const next = await flow.submit(snapshot.step.actions[0])
    assert.equal(next.phase, 'failed')
    assert.equal(next.problem.name, name)
  })
}

test('a problem with which it begins is a failure, and so is one of the server', async (t) => {
  assert.equal((await startWith(t, problem('invalid-input'))).snapshot.phase, 'failed')
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/login', problem('not-known-yet', { status: 503 }))
  assert.equal((await flow.submit(snapshot.step.actions[0])).phase, 'failed')
})

test('a problem that carries new forms replaces the old ones, which can be sent only once', async (t) => {
  const { server, flow, snapshot } = await startWith(t, step([login], { type: 'registration-step' }))
  const fresh = { ...login, model: { ...login.model, fields: [field('hidden', 'token', { value: 'h-2' })] } }
  const messages = [heading('Sign in'), { text: 'Wrong.', classList: ['error'] }, { text: 'Budget asks', classList: ['info'] }]
  server.on('/login', problem('incorrect-credentials', { title: 'Sign in', detail: 'Wrong.', actions: [fresh], messages, links: [{ rel: 'forgot', href: '/forgot' }] }))
  const { step: next } = await flow.submit(snapshot.step.actions[0])
  assert.equal(next.representation.type, 'registration-step')
  assert.equal(next.actions[0].fields[0].value, 'h-2')
  assert.deepEqual(next.messages.map(({ text }) => text), ['Sign in', 'Budget asks'])
  assert.deepEqual([next.problem.title, next.problem.detail, next.problem.messages], ['', 'Wrong.', []])
  assert.deepEqual(next.links.map(({ rel }) => rel), ['forgot'])
  server.on('/login', () => response(server.issuer))
  await flow.submit(next.actions[0])
  assert.equal(server.requests.at(-1).form.token, 'h-2')
})

test('a problem whose new forms lead to another origin is refused', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/login', problem('incorrect-credentials', { actions: [form('https://evil.test/')] }))
  assert.equal(codeOf(await flow.submit(snapshot.step.actions[0])), 'foreign-address')
})

test('a server that is busy for a moment leaves the page', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/login', problem('generic-user-error', { status: 503 }))
  assert.equal((await flow.submit(snapshot.step.actions[0])).step.problem.name, 'generic-user-error')
})

test('what a form offers for its failure is offered after a problem, once', async (t) => {
  const { server, flow, snapshot } = await startWith(t, step([{ ...login, model: { ...login.model, errorActions: [form('/other', [], { title: 'Other way' })] } }]))
  server.on('/login', problem('incorrect-credentials'))
  const again = await flow.submit(snapshot.step.actions[0])
  const twice = await flow.submit(again.step.actions[0])
  assert.deepEqual(twice.step.actions.map(({ title }) => title), ['', 'Other way'])
})

test('continue-same-step shows its messages with the continue actions of the form', async (t) => {
  const { server, flow, snapshot } = await startWith(t, step([form('/send', [], { continueActions: [form('/check', [field('text', 'code')])] })]))
  server.on('/send', { type: 'continue-same-step', messages: [heading('Sent')] })
  const sent = await flow.submit(snapshot.step.actions[0])
  assert.deepEqual(sent.step.messages, [heading('Sent')])
  assert.deepEqual(sent.step.actions.map(({ href }) => new URL(href).pathname), ['/check'])
  server.on('/check', problem('incorrect-credentials'))
  const wrong = await flow.submit(sent.step.actions[0], { code: '1' })
  assert.deepEqual(wrong.step.actions, sent.step.actions)
})

test('continue-same-step with which it begins is refused', async (t) => {
  assert.equal(codeOf((await startWith(t, { type: 'continue-same-step' })).snapshot), 'malformed')
})

test('a second click while the first works is refused and sends nothing', async (t) => {
  const { server, flow, snapshot } = await startWith(t, page)
  server.on('/login', () => response(server.issuer))
  const first = flow.submit(snapshot.step.actions[0])
  assert.equal(await rejection(flow.submit(snapshot.step.actions[0])), 'busy')
  assert.equal((await first).phase, 'done')
  assert.equal(server.requests.length, 2)
})

test('without a connection the step stays and can be tried again', async (t) => {
  let isDown = false
  const { server, flow, snapshot } = await startWith(t, page, { fetch: (...all) => (isDown ? Promise.reject(new TypeError('down')) : fetch(...all)) })
  isDown = true
  const next = await flow.submit(snapshot.step.actions[0])
  assert.equal(codeOf(next), 'network')
  assert.equal(next.phase, 'step')
  isDown = false
  server.on('/login', () => response(server.issuer))
  assert.equal((await flow.submit(next.step.actions[0])).phase, 'done')
})

const all = form('/all', [
  field('hidden', 'h', { value: 'hidden' }),
  field('text', 't', { value: 'given' }),
  field('checkbox', 'on', { value: 'yes', checked: true }),
  field('checkbox', 'off', { value: 'yes' }),
  field('checkbox', 'fixed', { checked: true, readonly: true }),
  field('select', 's', { options: [{ value: 'a', label: 'A' }, { value: 'b', label: 'B', selected: true }] }),
])
async function submitAll(t, values, more = {}) {
  const { server, flow, snapshot } = await startWith(t, step([{ ...all, model: { ...all.model, ...more } }]))
  server.on('/all', page)
  await flow.submit(snapshot.step.actions[0], values)
  return server.requests[1]
}

test('what is not entered is sent as it was given', async (t) => {
  assert.deepEqual((await submitAll(t, {})).form, { h: 'hidden', t: 'given', on: 'yes', fixed: 'on', s: 'b' })
})

test('what is entered is sent, and a fixed box stays as it is', async (t) => {
  const { form: sent } = await submitAll(t, { t: '', on: false, off: true, fixed: false, s: 'a' })
  assert.deepEqual(sent, { h: 'hidden', t: '', off: 'yes', fixed: 'on', s: 'a' })
})

test('a form of JSON is sent as JSON', async (t) => {
  const { form: sent, headers } = await submitAll(t, { t: '"' }, { type: 'application/json' })
  assert.equal(headers['content-type'], 'application/json')
  assert.deepEqual(sent, { h: 'hidden', t: '"', on: 'yes', fixed: 'on', s: 'b' })
})

test('a form of GET is sent in the query and without a body', async (t) => {
  const { query, body, method } = await submitAll(t, {}, { method: 'get' })
  assert.deepEqual([method, body, query.s], ['GET', '', 'b'])
})

for (const [values, code] of [
  [{ h: 'changed' }, 'unknown-field'],
  [{ other: 'x' }, 'unknown-field'],
  [JSON.parse('{"__proto__":"x"}'), 'unknown-field'],
  [{ s: 'c' }, 'invalid-value'],
  [{ s: true }, 'invalid-value'],
]) {
  test(`the values ${JSON.stringify(values)} are refused before anything is sent`, async (t) => {
    const { server, flow, snapshot } = await startWith(t, step([all]))
    assert.equal(await rejection(flow.submit(snapshot.step.actions[0], values)), code)
    assert.equal(server.requests.length, 1)
    assert.equal(flow.snapshot, snapshot)
  })
}

test('a field may have the name of a member that objects inherit', async (t) => {
  const { server, flow, snapshot } = await startWith(t, step([form('/odd', [field('text', 'toString', { value: 'v' }), field('text', '__proto__')])]))
  server.on('/odd', page)
  await flow.submit(snapshot.step.actions[0], Object.fromEntries([['__proto__', 'p']]))
  assert.equal(server.requests[1].body, 'toString=v&__proto__=p')
})

test('an action that asks for a context without an operation cannot be submitted', async (t) => {
  const { server, flow, snapshot } = await startWith(t, step([form('/steal', [field('context', 'credential')])]))
  const [action] = snapshot.step.actions
  assert.equal(flow.supports(action), false)
  assert.equal(await rejection(flow.submit(action)), 'unsupported')
  const forged = { ...action, template: 'form', href: `${server.issuer}/steal`, method: 'POST', type: 'application/json', fields: [{ name: 'credential', type: 'context' }] }
  assert.equal(await rejection(flow.submit(forged, {})), 'context-without-operation')
  assert.equal(server.requests.length, 1)
})

test('a link within the login is followed with the session, one that leads out is not', async (t) => {
  const links = [{ rel: 'forgot-password', href: '/forgot?a=1' }, { rel: 'imprint', href: 'https://bank.test/' }]
  const { server, flow, snapshot } = await startWith(t, step([login], { links }))
  server.on('/forgot', page)
  const [inside, outside] = snapshot.step.links
  assert.equal((await flow.follow(inside)).phase, 'step')
  assert.deepEqual(server.requests[1].query, { a: '1' })
  assert.equal(await rejection(flow.follow(outside)), 'unsupported')
})

test('a listener that has unsubscribed hears nothing more', async (t) => {
  const { server, flow } = await begin(t)
  server.on('/authorize', page)
  const unsubscribe = flow.subscribe(() => assert.fail('heard'))
  unsubscribe()
  assert.equal((await flow.start({})).phase, 'step')
})
