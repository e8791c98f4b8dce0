// A login on the fake server: password, a second factor of the user's choice, consent.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { field, form, heading, operation, polling, problem, redirection, response, selector, step } from '../support/build.js'

export const user = { username: 'alice', password: 'correct horse battery staple' }

const cancel = form('/cancel', [], { kind: 'cancel', title: 'Cancel' })
const credential = (href) => form(href, [field('context', 'credential'), field('hidden', 'page', { value: '7' })])
const bytes = (text) => Buffer.from(text, 'base64url')

const loginPage = step(
  [
    form('/login', [field('username', 'username', { label: 'User name' }), field('password', 'password', { label: 'Password' })], { kind: 'login', actionTitle: 'Sign in' }),
    cancel,
  ],
  {
    messages: [heading('Sign in'), { text: '<b onclick="alert(1)">Not markup</b>', classList: ['info'] }],
    links: [{ rel: 'forgot-password', href: '/forgot', title: 'Forgotten password' }, { rel: 'bad', href: 'javascript:alert(1)', title: 'Bad' }],
  },
)
const consentPage = step(
  [form('/consent', [field('checkbox', 'accounts', { label: 'See your accounts', checked: true }), field('select', 'days', { label: 'For how long', options: [{ value: '1', label: 'A day' }, { value: '90', label: '90 days', selected: true }] })], { actionTitle: 'Allow' }), cancel],
  { type: 'user-consent-step', messages: [heading('Allow access?')] },
)

/** Adds the workflow to a server. What the user has enrolled stays with the server. */
export function addWorkflow(server) {
  const challenge = () => (server.challenge = randomBytes(32).toString('base64url'))
  const finish = () => redirection('/finish', [field('hidden', 'done', { value: '1' })])
  const second = () => step([selector('Confirm that it is you', [server.passkey ? authenticate() : enrol(), form('/push', [], { title: 'Approve on the phone' }), browser()]), cancel], { messages: [heading('Second step')] })
  const enrol = () => ({
    ...operation(
      'webauthn-registration',
      {
        credentialCreationOptions: {
          publicKey: {
            challenge: challenge(),
            rp: { id: 'localhost', name: 'Test' },
            user: { id: 'dXNlci0x', name: 'alice', displayName: 'Alice' },
            pubKeyCredParams: [-7, -257].map((alg) => ({ type: 'public-key', alg })),
            authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
          },
        },
      },
      [credential('/enrolled')],
    ),
    title: 'Add a passkey',
  })
  const authenticate = () => ({
    ...operation('webauthn-authentication', { credentialRequestOptions: { publicKey: { challenge: challenge(), rpId: 'localhost', userVerification: 'required' } } }, [credential('/passkey')]),
    title: 'Use the passkey',
  })
  const browser = () => ({ ...operation('external-browser-flow', { href: '/launch' }, [form('/resumed', [field('context', '_resume_nonce')])]), title: 'In a window of the bank' })

  server.pages.set('/launch', `<!doctype html><title>Bank</title><script>opener.postMessage('resume-1', new URL(location).searchParams.get('for_origin'))</script>`)
  return server
    .on('/authorize', redirection('/start', [], { method: 'GET' }))
    .on('/start', loginPage)
    .on('/forgot', step([form('/start', [], { method: 'GET', title: 'Back' })], { messages: [heading('New password')] }))
    .on('/login', ({ form: { username, password } }) => (username === user.username && password === user.password ? second() : problem('incorrect-credentials', { title: 'Name or password is wrong.' })))
    .on('/enrolled', ({ form: sent }) => enrolled(server, sent) ?? second())
    .on('/passkey', ({ form: sent }) => assertion(server, sent) ?? consentPage)
    .on('/resumed', ({ form: sent }) => (sent._resume_nonce === 'resume-1' ? consentPage : problem('authentication-failed')))
    .on('/push', () => polling({ recipientOfCommunication: 'Pixel 9', interval: 500 }, [form('/poll', [], { kind: 'poll' }), cancel]))
    .on('/poll', () => (server.approved ? consentPage : polling({ recipientOfCommunication: 'Pixel 9', interval: 500 }, [form('/poll', [], { kind: 'poll' }), cancel])))
    .on('/consent', ({ form: sent }) => ((server.consent = sent), finish()))
    .on('/finish', () => response(server.issuer, { state: server.pushed.state }))
    .on('/cancel', () => problem('error-authorization-response', { error: 'access_denied', state: server.pushed.state, iss: server.issuer }))
}

function checkClientData(server, encoded, type) {
  const data = JSON.parse(bytes(encoded).toString())
  assert.equal(data.type, type)
  assert.equal(data.challenge, server.challenge)
  assert.equal(data.origin, server.appOrigin)
}

function enrolled(server, { credential: text, page }) {
  const { response: made, type } = JSON.parse(text)
  assert.deepEqual([type, page], ['public-key', '7'])
  checkClientData(server, made.clientDataJSON, 'webauthn.create')
  server.passkey = createPublicKey({ key: bytes(made.publicKey), format: 'der', type: 'spki' })
}

function assertion(server, { credential: text }) {
  const { response: made } = JSON.parse(text)
  checkClientData(server, made.clientDataJSON, 'webauthn.get')
  const signed = Buffer.concat([bytes(made.authenticatorData), createHash('sha256').update(bytes(made.clientDataJSON)).digest()])
  assert.ok(verify('sha256', signed, server.passkey, bytes(made.signature)), 'the signature of the passkey')
}
