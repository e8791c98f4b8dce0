import assert from 'node:assert/strict'
import { test } from 'node:test'
import { field, form, operation, problem, response, step } from './support/build.js'
import { codeOf, rejection, startWith } from './support/flow.js'

const b64 = (text) => Buffer.from(text).toString('base64url')
const bytes = (text) => new TextEncoder().encode(text).buffer
const text = (buffer) => Buffer.from(buffer).toString()

const request = { publicKey: { challenge: b64('challenge'), rpId: 'as.test', allowCredentials: [{ type: 'public-key', id: b64('key-1'), transports: ['usb'] }] } }
const creation = {
  publicKey: {
    challenge: b64('challenge'),
    rp: { id: 'as.test', name: 'AS' },
    user: { id: b64('user-1'), name: 'alice', displayName: 'Alice' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    excludeCredentials: [{ type: 'public-key', id: b64('key-0') }],
  },
}
const onward = (more = [], model = {}) => form('/finish', [field('context', 'credential'), field('hidden', 'csrf', { value: 'c' }), ...more], model)
const instead = form('/browser', [], { title: 'Other way' })
const authentication = (...rest) => operation('webauthn-authentication', { credentialRequestOptions: request }, [onward(...rest)], [instead])
const registration = operation('webauthn-registration', { credentialCreationOptions: creation }, [onward()], [instead])

/** A browser with WebAuthn; what it is asked goes into `asked`. */
function browser(t, credential, asked = []) {
  const answer = async (options) => {
    asked.push(options)
    if (credential instanceof Error) throw credential
    return credential
  }
  Object.defineProperty(globalThis, 'navigator', { value: { credentials: { get: answer, create: answer } }, configurable: true })
  t.after(() => delete globalThis.navigator)
  return asked
}

const assertion = {
  type: 'public-key',
  id: b64('key-1'),
  rawId: bytes('key-1'),
  getClientExtensionResults: () => ({ credProps: { rk: true } }),
  response: { clientDataJSON: bytes('data'), authenticatorData: bytes('auth'), signature: bytes('sig'), userHandle: bytes('user-1') },
}
const attestation = {
  type: 'public-key',
  id: b64('key-2'),
  rawId: bytes('key-2'),
  authenticatorAttachment: 'platform',
  getClientExtensionResults: () => ({}),
  response: { clientDataJSON: bytes('data'), attestationObject: bytes('att'), getTransports: () => ['internal'] },
}
const named = (name) => Object.assign(new Error(name), { name })

async function perform(t, action, values) {
  const { server, flow, snapshot } = await startWith(t, step([action]))
  server.on('/finish', () => response(server.issuer))
  const end = await flow.submit(snapshot.step.actions[0], values)
  return { server, flow, end, sent: server.requests.find(({ path }) => path === '/finish') }
}

test('an assertion is asked for with bytes and sent as the JSON of WebAuthn', async (t) => {
  const asked = browser(t, assertion)
  const { sent, end } = await perform(t, authentication())
  assert.equal(end.phase, 'done')
  const { publicKey, signal } = asked[0]
  assert.equal(text(publicKey.challenge), 'challenge')
  assert.equal(text(publicKey.allowCredentials[0].id), 'key-1')
  assert.deepEqual(publicKey.allowCredentials[0].transports, ['usb'])
  assert.equal(publicKey.rpId, 'as.test')
  assert.ok(signal instanceof AbortSignal)
  assert.equal(sent.form.csrf, 'c')
  assert.deepEqual(JSON.parse(sent.form.credential), {
    id: b64('key-1'),
    rawId: b64('key-1'),
    type: 'public-key',
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: b64('data'), authenticatorData: b64('auth'), signature: b64('sig'), userHandle: b64('user-1') },
  })
})

test('a registration is asked for with bytes and sent as the JSON of WebAuthn', async (t) => {
  const asked = browser(t, attestation)
  const { sent } = await perform(t, registration)
  const { publicKey } = asked[0]
  assert.equal(text(publicKey.user.id), 'user-1')
  assert.equal(publicKey.user.displayName, 'Alice')
  assert.equal(text(publicKey.excludeCredentials[0].id), 'key-0')
  assert.deepEqual(JSON.parse(sent.form.credential), {
    id: b64('key-2'),
    rawId: b64('key-2'),
    type: 'public-key',
    authenticatorAttachment: 'platform',
    clientExtensionResults: {},
    response: { clientDataJSON: b64('data'), attestationObject: b64('att'), transports: ['internal'] },
  })
})

test('a browser that has the JSON forms uses its own', async (t) => {
  browser(t, { ...assertion, toJSON: () => ({ own: true }) })
  globalThis.PublicKeyCredential = { parseRequestOptionsFromJSON: (json) => ({ parsed: json.rpId }) }
  t.after(() => delete globalThis.PublicKeyCredential)
  const { sent } = await perform(t, authentication())
  assert.deepEqual(JSON.parse(sent.form.credential), { own: true })
})

test('in a form of JSON the credential is text as well', async (t) => {
  browser(t, assertion)
  const { sent } = await perform(t, authentication([], { type: 'application/json' }))
  assert.equal(JSON.parse(sent.form.credential).id, b64('key-1'))
})

test('what the user enters besides goes along', async (t) => {
  browser(t, assertion)
  const { sent } = await perform(t, authentication([field('text', 'name')]), { name: 'My key' })
  assert.equal(sent.form.name, 'My key')
})

for (const [error, code] of [['NotAllowedError', 'operation-refused'], ['AbortError', 'operation-refused'], ['SecurityError', 'operation-failed'], ['InvalidStateError', 'operation-failed']]) {
  test(`after ${error} the step stays, with what is offered instead, and nothing is sent`, async (t) => {
    browser(t, named(error))
    const { end, sent } = await perform(t, authentication())
    assert.equal(end.step.error.code, code)
    assert.equal(end.step.actions[1].title, 'Other way')
    assert.equal(sent, undefined)
  })
}

test('a browser without WebAuthn says so and offers what there is instead', async (t) => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  t.after(() => delete globalThis.navigator)
  const { end } = await perform(t, authentication())
  assert.equal(end.step.error.code, 'operation-failed')
})

for (const publicKey of [undefined, {}, { challenge: '' }, { challenge: '!!' }, { challenge: 7 }, { challenge: b64('c'), allowCredentials: [{ id: '%' }] }]) {
  test(`the options ${JSON.stringify(publicKey)} do not reach the browser`, async (t) => {
    const asked = browser(t, assertion)
    const { end } = await perform(t, operation('webauthn-authentication', { credentialRequestOptions: { publicKey } }, [onward()], [instead]))
    assert.equal(end.step.error.code, 'operation-failed')
    assert.deepEqual(asked, [])
  })
}

test('something that is no public key credential is not sent', async (t) => {
  for (const credential of [null, { type: 'password', id: 'x' }]) {
    browser(t, credential)
    const { end, sent } = await perform(t, authentication())
    assert.equal(end.step.error.code, 'operation-failed')
    assert.equal(sent, undefined)
  }
})

test('an operation that is not known is not supported; what is offered instead is', async (t) => {
  const { flow, snapshot } = await startWith(t, step([operation('bankid', {}, [onward()], [instead])]))
  const [action] = snapshot.step.actions
  assert.equal(flow.supports(action), false)
  assert.equal(await rejection(flow.submit(action)), 'unsupported')
  assert.equal(flow.supports(action.errorActions[0]), true)
})

test('operations that objects inherit are not known either', async (t) => {
  const { flow, snapshot } = await startWith(t, step([operation('constructor', {}, [onward()])]))
  assert.equal(flow.supports(snapshot.step.actions[0]), false)
})

test('an app can add operations', async (t) => {
  const operations = { bankid: async ({ token }) => `result of ${token}` }
  const { server, flow, snapshot } = await startWith(t, step([operation('bankid', { token: 'x' }, [onward()])]), { operations })
  server.on('/finish', () => response(server.issuer))
  await flow.submit(snapshot.step.actions[0])
  assert.equal(server.requests[1].form.credential, 'result of x')
})

test('a wrong value is refused before the user is asked', async (t) => {
  const asked = browser(t, assertion)
  const { flow, snapshot } = await startWith(t, step([authentication()]))
  assert.equal(await rejection(flow.submit(snapshot.step.actions[0], { credential: 'forged' })), 'unknown-field')
  assert.deepEqual(asked, [])
})

/** A page whose window.open gives a popup; `send` delivers a message to the page. */
function popups(t) {
  const target = new EventTarget()
  const popup = { closed: false, close: () => (popup.closed = true) }
  globalThis.location = { origin: 'https://app.test' }
  globalThis.window = { open: (url) => ((popup.url = new URL(url)), popup), addEventListener: target.addEventListener.bind(target) }
  t.after(() => ['location', 'window'].forEach((name) => delete globalThis[name]))
  const send = (data, { source = popup, origin }) => target.dispatchEvent(Object.assign(new Event('message'), { data, source, origin }))
  return { popup, send }
}
const external = (href) => operation('external-browser-flow', { href }, [form('/finish', [field('context', '_resume_nonce')])], [instead])

test('the external browser takes its nonce from its own window at the issuer, and from nobody else', async (t) => {
  const { popup, send } = popups(t)
  const { server, flow, snapshot } = await startWith(t, ({ issuer }) => step([external(`${issuer}/launch?a=1`)]))
  server.on('/finish', () => response(server.issuer))
  const running = flow.submit(snapshot.step.actions[0])
  assert.equal(popup.url.searchParams.get('for_origin'), 'https://app.test')
  send('forged-1', { origin: 'https://evil.test' })
  send('forged-2', { origin: server.issuer, source: {} })
  send({ other: 1 }, { origin: server.issuer })
  send('x'.repeat(5000), { origin: server.issuer })
  send({ _resume_nonce: 'right' }, { origin: server.issuer })
  assert.equal((await running).phase, 'done')
  assert.equal(server.requests[1].form._resume_nonce, 'right')
  assert.ok(popup.closed)
})

test('the external browser does not open pages of others', async (t) => {
  const { popup } = popups(t)
  for (const href of ['https://evil.test/', 'javascript:alert(1)', '']) {
    const { flow, snapshot } = await startWith(t, step([external(href)]))
    const end = await flow.submit(snapshot.step.actions[0])
    assert.ok(['foreign-address', 'operation-failed'].includes(codeOf(end)))
    assert.equal(popup.url, undefined)
  }
})

test('a way that is offered for a failure stays in sight when it fails too, before what gives up', async (t) => {
  const inWindow = (href) => ({ ...operation('external-browser-flow', { href }, [form('/finish', [field('context', '_resume_nonce')])]), title: 'In a window' })
  const passkey = (href) => ({ ...operation('webauthn-authentication', {}, [form('/login', [field('context', 'credential')])], [inWindow(href)]), title: 'Passkey' })
  const onPage = (href) => [passkey(href), form('/cancel', [], { kind: 'cancel', title: 'Cancel' })]
  const titles = ({ step }) => step.actions.map(({ title }) => title)
  const { server, flow, snapshot } = await startWith(t, step(onPage('/launch?a=1')))
  const first = await flow.submit(snapshot.step.actions[0])
  assert.deepEqual(titles(first), ['Passkey', 'In a window', 'Cancel'])
  globalThis.location = { origin: 'https://app.test' }
  globalThis.window = { open: () => null }
  t.after(() => ['location', 'window'].forEach((name) => delete globalThis[name]))
  const blocked = await flow.submit(first.step.actions[1])
  assert.equal(codeOf(blocked), 'operation-failed')
  assert.deepEqual(titles(blocked), ['Passkey', 'In a window', 'Cancel'])
  popups(t).popup.closed = true
  server.on('/finish', problem('generic-user-error', { actions: onPage('/launch?a=2') }))
  const closed = await flow.submit(blocked.step.actions[1])
  assert.deepEqual(titles(closed), ['Passkey', 'In a window', 'Cancel'])
  assert.equal(closed.step.actions[1].arguments.href, '/launch?a=2')
})

test('a window that was closed gives the step up, and the page that the server answers with is shown', async (t) => {
  const { popup } = popups(t)
  const { server, flow, snapshot } = await startWith(t, step([external('/launch?a=1')]))
  server.on('/finish', problem('generic-user-error', { actions: [external('/launch?a=2')] }))
  popup.closed = true
  const { step: end } = await flow.submit(snapshot.step.actions[0])
  assert.equal(server.requests[1].form._resume_nonce, '')
  assert.equal(end.problem.name, 'generic-user-error')
  assert.equal(end.actions[0].arguments.href, '/launch?a=2')
})
