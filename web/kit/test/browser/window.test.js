// The example app, a window of a real server and that server together: at a host that has none of the server's passkeys the app
// opens a window for that step. It runs when SIGNET_ISSUER names a server, see server.test.js; besides:
//   SIGNET_CERTIFICATE=its certificate (WebAuthn wants a good one)   "acr_values" in SIGNET_CLIENT that ask for a passkey
//   SIGNET_USERNAME of somebody who has none yet
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { startBackend } from '../../example/backend.js'
import { addAuthenticator, hearComplaints, inspect, launch, open, trusting } from './support.js'

const { SIGNET_ISSUER: issuer, SIGNET_CLIENT: settings, SIGNET_USERNAME: username, SIGNET_PASSWORD: password, SIGNET_APP_PORT: port = '0', SIGNET_CERTIFICATE: certificate } = process.env

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const openIt = (page) => press(page, 'Go on in the browser')
const alertOf = async (page, words) => assert.match(await page.getByRole('alert').filter({ hasText: words }).textContent(), words)

describe('a passkey in a window of the server', { skip: !issuer && 'SIGNET_ISSUER is not set' }, () => {
  let browser, app, stranger, passkey

  before(async () => {
    browser = await launch(trusting([certificate]))
    app = await startBackend({ ...JSON.parse(readFileSync(settings, 'utf8')), issuer }, Number(port), '127.0.0.1')
    const site = createServer((request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Stranger</title>'))
    await once(site.listen(0, 'localhost'), 'listening')
    stranger = { url: `http://localhost:${site.address().port}`, stop: () => site.close() }
  })
  after(async () => {
    await browser?.close()
    app?.stop()
    stranger?.stop()
  })

  /** The app where it has found out that it cannot have the passkey itself; what it sends then is in `nonces`. */
  async function begin(t) {
    const page = await open(t, browser)
    page.nonces = []
    page.on('request', (request) => {
      const nonce = new URLSearchParams(request.postData() ?? '').get('_resume_nonce')
      if (nonce !== null) page.nonces.push(nonce)
    })
    await page.goto(`${app.url}/example/index.html`)
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
    if (passkey) {
      await press(page, 'Use a passkey')
    } else {
      await page.getByRole('button', { name: 'Passkey' }).click()
      await press(page, 'Create a passkey')
    }
    await alertOf(page, /This browser cannot do that/)
    return page
  }

  /** The window that a click opens, with the user's authenticator. */
  async function openWindow(page, click = openIt) {
    const [popup] = await Promise.all([page.waitForEvent('popup'), click(page)])
    hearComplaints(popup)
    popup.authenticator = await addAuthenticator(popup)
    if (passkey) await popup.authenticator.add(passkey)
    await popup.waitForLoadState()
    return popup
  }

  /** The address that the app would open, without opening it. */
  async function addressOf(page) {
    await page.evaluate(() => {
      const { open } = window
      window.open = (url) => {
        globalThis.address = String(url)
        window.open = open
        return null
      }
    })
    await openIt(page)
    await page.waitForFunction(() => globalThis.address, undefined, { polling: 100 })
    return page.evaluate(() => globalThis.address)
  }

  /** From here on the messages that the page gets are kept; those of one sender come in order. */
  const hear = (page) => page.evaluate(() => ((globalThis.heard = []), window.addEventListener('message', ({ data }) => globalThis.heard.push(data))))
  const heard = async (page, count) => {
    // By a timer: a page behind another window draws no frames, which playwright-core would wait for.
    await page.waitForFunction((least) => globalThis.heard.length >= least, count, { polling: 100 })
    return page.evaluate(() => globalThis.heard)
  }
  /** A link, not the address bar: that would take the opener from the window. */
  const lead = async (popup, url) => {
    await popup.evaluate((to) => void (location.href = to), url)
    await popup.waitForURL(url)
  }
  const tellOpener = (popup, data) => popup.evaluate((message) => window.opener.postMessage(message, '*'), data)

  async function finish(page) {
    await page.locator('#result:not(:empty)').waitFor()
    assert.equal(await page.textContent('#result'), 'Welcome!')
    assert.deepEqual(page.complaints, [])
  }

  test('a page of another origin that opens the address hears nothing', async (t) => {
    const page = await begin(t)
    const address = await addressOf(page)
    const thief = await page.context().newPage()
    await thief.goto(stranger.url)
    await hear(thief)
    const visit = (url) => openWindow(thief, () => thief.evaluate((to) => void window.open(to), String(url)))

    const own = new URL(address)
    own.searchParams.set('for_origin', stranger.url)
    assert.match(await (await visit(own)).textContent('body'), /for_origin is no origin of this application/)

    const popup = await visit(address)
    await popup.click('#enrol')
    await popup.getByText('You can close this window').waitFor()
    await inspect(popup, 'window-last-page')
    await tellOpener(popup, 'the only one')
    assert.deepEqual(await heard(thief, 1), ['the only one'])

    const late = await openWindow(page)
    await late.getByText('opened already').waitFor()
    await late.close()
    await alertOf(page, /not done in the browser/)
    await openWindow(page)
  })

  test('a nonce of another window or another origin is not taken', async (t) => {
    const page = await begin(t)
    const popup = await openWindow(page)
    await hear(page)
    const forge = async (url) => {
      const [other] = await Promise.all([page.waitForEvent('popup'), page.evaluate((to) => void window.open(to), url)])
      await other.waitForURL(url)
      await tellOpener(other, { _resume_nonce: 'forged' })
    }
    await forge(stranger.url)
    await heard(page, 1)
    await forge(`${issuer}/.well-known/openid-configuration`)
    await heard(page, 2)
    await page.evaluate(() => window.postMessage({ _resume_nonce: 'forged' }, '*'))
    await heard(page, 3)
    const step = popup.url()
    await lead(popup, stranger.url)
    await tellOpener(popup, { _resume_nonce: 'forged' })
    await heard(page, 4)
    await lead(popup, step)
    await press(popup, 'Back to the application')
    await alertOf(page, /not done in the browser/)
    assert.equal(page.nonces.length, 1)
    assert.match(page.nonces[0], /^[\w-]{43}$/)
  })

  test('a nonce is good once', async (t) => {
    const page = await begin(t)
    await press(await openWindow(page), 'Back to the application')
    await alertOf(page, /not done in the browser/)
    await page.route(`${issuer}/login/*`, (route, request) => {
      const form = new URLSearchParams(request.postData() ?? '')
      if (form.has('_resume_nonce')) form.set('_resume_nonce', page.nonces[0])
      return route.continue({ postData: String(form) })
    })
    const popup = await openWindow(page)
    await popup.click('#enrol')
    await alertOf(page, /is not valid, or not valid any more/)
    assert.equal(new Set(page.nonces).size, 2)
  })

  test('who closes the window is told so in the app and goes on there in another way', async (t) => {
    const page = await begin(t)
    await (await openWindow(page)).close()
    await alertOf(page, /not done in the browser/)
    await inspect(page, 'window-closed')
    await press(page, 'Cancel')
    await page.locator('#result:not(:empty)').waitFor()
    assert.equal(await page.textContent('#result'), 'The login ended: access_denied')
  })

  test('a passkey is made in the window, which closes, and the app has its code', async (t) => {
    const page = await begin(t)
    await inspect(page, 'window-offered')
    const popup = await openWindow(page)
    await inspect(popup, 'window-enrol')
    await Promise.all([popup.waitForEvent('close'), popup.click('#enrol')])
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
    await inspect(page, 'window-consent')
    await press(page, 'Allow')
    await finish(page)
    await inspect(page, 'window-afterwards')
    assert.deepEqual(popup.complaints, [])
    passkey = popup.authenticator.made[0]
  })

  test('the passkey is used in the window, and the app has its code', async (t) => {
    const page = await begin(t)
    const popup = await openWindow(page)
    await inspect(popup, 'window-passkey')
    await Promise.all([popup.waitForEvent('close'), popup.click('#passkey')])
    await finish(page)
    assert.deepEqual(popup.complaints, [])
  })
})
