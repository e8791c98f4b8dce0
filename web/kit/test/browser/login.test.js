// The example app in Chromium, against the fake server on another origin.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startBackend } from '../../example/backend.js'
import { FakeServer } from '../support/fake_server.js'
import { addAuthenticator, clientKey, inspect, launch, open } from './support.js'
import { addWorkflow, user } from './workflow.js'

describe('the example app in a browser', () => {
  let browser, server, app

  before(async () => (browser = await launch()))
  after(() => browser?.close())
  beforeEach(async (t) => {
    server = addWorkflow(await FakeServer.start())
    server.nonces = ['nonce-1']
    server.tokenNonce = 'token-nonce-1'
    const { private_jwk, checkAssertion } = clientKey()
    server.checkAssertion = checkAssertion
    app = await startBackend({ issuer: server.issuer, client_id: 'app', redirect_uri: 'https://app.test/cb', scope: 'openid', private_jwk })
    server.appOrigin = app.url
  })
  const close = () => {
    app.stop()
    server.stop()
  }

  /** The app at its login page. */
  async function begin(t, options) {
    t.after(close)
    const page = await open(t, browser, options)
    await page.goto(`${app.url}/example/index.html`)
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
    return page
  }
  async function signIn(page, password = user.password) {
    await page.getByLabel('User name').fill(user.username)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  const press = (page, name) => page.getByRole('button', { name }).click()
  const result = async (page) => {
    await page.locator('#result:not(:empty)').waitFor()
    return page.textContent('#result')
  }

  const looks = { light: {}, dark: { colorScheme: 'dark' }, small: { viewport: { width: 320, height: 640 } } }
  for (const [look, options] of Object.entries(looks)) {
    test(`password, a new passkey, the passkey, consent: each step is accessible and fits (${look})`, async (t) => {
      const page = await begin(t, options)
      await addAuthenticator(page)
      await inspect(page, `${look}-1-login`)
      await signIn(page, 'wrong')
      await page.getByRole('alert').waitFor()
      await inspect(page, `${look}-2-wrong-password`)
      await signIn(page)
      await page.getByRole('button', { name: 'Add a passkey' }).waitFor()
      await inspect(page, `${look}-3-second-step`)
      await press(page, 'Add a passkey')
      await press(page, 'Use the passkey')
      await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
      await inspect(page, `${look}-4-consent`)
      await press(page, 'Allow')
      assert.equal(await result(page), 'Welcome!')
      await inspect(page, `${look}-5-end`)
      assert.deepEqual(server.consent, { accounts: 'on', days: '90' })
      assert.deepEqual(server.faults, ['use_dpop_nonce'])
      assert.deepEqual(page.complaints, [])
    })
  }

  test('a person logs in with the keyboard alone, and the focus is where it goes on', async (t) => {
    const page = await begin(t)
    await page.keyboard.type(user.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    assert.equal(await page.getByLabel('User name').inputValue(), user.username)
    await page.keyboard.type(user.password) // the password has the focus again, and is empty
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Second step' }).waitFor()
    const focused = () => page.evaluate(() => document.activeElement.shadowRoot.activeElement.textContent)
    assert.equal(await focused(), 'Second step')
    server.approved = true
    for (let i = 0; i < 5 && (await focused()) !== 'Approve on the phone'; ++i) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    for (let i = 0; i < 5 && (await focused()) !== 'Allow'; ++i) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    assert.equal(await result(page), 'Welcome!')
  })

  test('a passkey that is refused leaves the step, says so, and can be used again', async (t) => {
    const page = await begin(t)
    const authenticator = await addAuthenticator(page)
    await signIn(page)
    await press(page, 'Add a passkey')
    await page.getByRole('button', { name: 'Use the passkey' }).waitFor()
    await authenticator.refuse(true)
    await press(page, 'Use the passkey')
    await page.getByRole('alert').waitFor()
    assert.match(await page.getByRole('alert').textContent(), /not confirmed/)
    await authenticator.refuse(false)
    await press(page, 'Use the passkey')
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
  })

  test('it waits for the phone, keeps the focus meanwhile, and goes on when the phone has answered', async (t) => {
    const page = await begin(t)
    await signIn(page)
    await press(page, 'Approve on the phone')
    await page.getByText('Waiting for Pixel 9').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).focus()
    const polls = () => server.paths().filter((path) => path === 'POST /poll').length
    while (polls() < 2) await page.waitForTimeout(50)
    assert.ok(await page.getByRole('button', { name: 'Cancel' }).evaluate((button) => button.getRootNode().activeElement === button))
    server.approved = true
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
  })

  test('cancel while it waits gives the error to the app', async (t) => {
    const page = await begin(t)
    await signIn(page)
    await press(page, 'Approve on the phone')
    await page.getByText('Waiting for Pixel 9').waitFor()
    await press(page, 'Cancel')
    assert.equal(await result(page), 'The login ended: access_denied')
  })

  test('a step in a window of the issuer comes back with its nonce', async (t) => {
    const page = await begin(t)
    await signIn(page)
    await press(page, 'In a window of the bank')
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor()
    assert.equal(page.context().pages().length, 1)
  })

  test('a link within the login is followed in place', async (t) => {
    const page = await begin(t)
    await press(page, 'Forgotten password')
    await page.getByRole('heading', { name: 'New password' }).waitFor()
    await press(page, 'Back')
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
  })

  test('markup and script links of the server are text or nothing', async (t) => {
    const page = await begin(t)
    await page.getByText('<b onclick="alert(1)">Not markup</b>').waitFor()
    assert.equal(await page.getByText('Bad', { exact: true }).count(), 0)
  })

  test('the key outlives the page, cannot be read, and is gone once it is forgotten', async (t) => {
    const page = await begin(t)
    const thumbprint = () => page.evaluate(async () => (await (await import('/dist/index.js')).loadDpopKey()).thumbprint)
    const first = await thumbprint()
    await page.reload()
    assert.equal(await thumbprint(), first)
    assert.equal(server.requests.at(-1).proof.jkt, first)
    const stored = await page.evaluate(async () => {
      const done = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = reject)))
      const database = await done(indexedDB.open('signet-kit'))
      const pair = await done(database.transaction('dpop-keys').objectStore('dpop-keys').get('default'))
      database.close()
      return crypto.subtle.exportKey('jwk', pair.privateKey).then(() => 'exported', (error) => error.name)
    })
    assert.equal(stored, 'InvalidAccessError')
    const together = await page.evaluate(async () => {
      const { loadDpopKey, forgetDpopKey } = await import('/dist/index.js')
      await forgetDpopKey()
      return (await Promise.all([loadDpopKey(), loadDpopKey(), loadDpopKey()])).map((key) => key.thumbprint)
    })
    assert.equal(new Set(together).size, 1)
    assert.notEqual(together[0], first)
  })

  test('the theme follows the variables of the page', async (t) => {
    const page = await begin(t)
    const background = () => page.getByRole('button', { name: 'Sign in' }).evaluate((button) => getComputedStyle(button).backgroundColor)
    assert.equal(await background(), 'rgb(11, 110, 79)')
    await page.evaluate(() => document.querySelector('signet-login').style.setProperty('--signet-accent', 'rgb(1, 2, 3)'))
    assert.equal(await background(), 'rgb(1, 2, 3)')
  })

  test('the words of the kit are in the language of the page', async (t) => {
    t.after(close)
    const page = await open(t, browser)
    await page.addInitScript(() => document.addEventListener('readystatechange', () => (document.documentElement.lang = 'de'), { once: true }))
    server.on('/start', problem500)
    await page.goto(`${app.url}/example/index.html`)
    await page.getByRole('button', { name: 'Neu beginnen' }).waitFor()
    addWorkflow(server)
    await press(page, 'Neu beginnen')
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
  })
})

const problem500 = { status: 500, type: 'application/problem+json', json: {} }
