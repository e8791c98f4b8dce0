// One page of each kind in Chromium, in every language: looked at by axe-core, and the script of the pages at work. The
// files are written by the unit test PageGallery.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { addAuthenticator, findViolations, launch } from './chromium.js'

const folder = process.env.SIGNET_GALLERY
const small = { width: 320, height: 640 }
const types = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'"

describe('the gallery of pages in a browser', () => {
  let browser, files, origin
  const sent = []

  before(async () => {
    assert.ok(folder && existsSync(folder), "no gallery: run test_server --gtest_filter='PageGallery.*' first")
    files = createServer(async (request, response) => {
      const url = new URL(request.url, 'http://localhost')
      if (request.method === 'POST') {
        let body = ''
        for await (const part of request) body += part
        sent.push(new URLSearchParams(body))
        return response.setHeader('content-type', 'text/plain').end('sent')
      }
      if (url.pathname === '/favicon.ico') return response.writeHead(204).end()
      let text = readFileSync(join(folder, url.pathname.slice(1).replaceAll('/', '')), 'utf8')
      if (url.searchParams.has('interval')) text = text.replace(/data-interval="\d+"/, 'data-interval="1000"')
      response.setHeader('content-security-policy', policy)
      response.setHeader('content-type', `${types[url.pathname.split('.').at(-1)]}; charset=utf-8`).end(text)
    }).listen(0, '127.0.0.1')
    await once(files, 'listening')
    // WebAuthn wants a name, not an address.
    origin = `http://localhost:${files.address().port}`
    browser = await launch('--host-resolver-rules=MAP localhost 127.0.0.1')
  })
  after(async () => {
    await browser?.close()
    files?.closeAllConnections()
    files?.close()
  })

  async function open(t, file, options = {}) {
    const context = await browser.newContext(options)
    t.after(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.complaints = []
    page.on('pageerror', (error) => page.complaints.push(error.message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text())
    })
    await page.goto(`${origin}/${file}`)
    return page
  }

  /** No finding of axe-core, nothing sticks out of the window, and every button is large enough for a thumb. */
  async function inspect(page, name) {
    const found = await findViolations(page)
    assert.deepEqual(found, [], `axe-core on the page ${name}`)
    const { overflow, low } = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      low: [...document.querySelectorAll('button, select, input:not([type=hidden], [type=checkbox]), label.check, .link a')]
        .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < 44)
        .map((element) => element.outerHTML),
    }))
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than its window`)
    assert.deepEqual(low, [], `${name} has targets that are too small`)
    await page.screenshot({ path: join(process.env.SIGNET_SCREENSHOTS, `gallery-${name}.png`), fullPage: true })
    assert.deepEqual(page.complaints, [], name)
  }

  const looks = {
    light: { viewport: { width: 1100, height: 800 } },
    dark: { viewport: { width: 1100, height: 800 }, colorScheme: 'dark' },
    small: { viewport: small },
    'small-dark': { viewport: small, colorScheme: 'dark' },
  }

  async function inspectAll(t, language, options, suffix = '') {
    const files = readdirSync(folder).filter((file) => file.endsWith(`.${language}.html`))
    assert.ok(files.length >= 10)
    const page = await open(t, files[0], options)
    for (const file of files) {
      await page.goto(`${origin}/${file}`)
      await inspect(page, file.replace('.html', suffix))
    }
  }

  for (const [look, options] of Object.entries(looks)) {
    test(`each page is accessible and fits (${look})`, async (t) => {
      await inspectAll(t, 'en', options, `-${look}`)
    })
  }
  for (const language of ['de', 'fr', 'es', 'pt', 'ar']) {
    test(`each page is accessible and fits in ${language}`, async (t) => {
      await inspectAll(t, language, language === 'ar' ? looks.light : looks.small)
    })
  }

  /** A page whose browser has an authenticator that says yes. */
  async function withAuthenticator(t, file, options) {
    const page = await open(t, file, options)
    await addAuthenticator(await page.context().newCDPSession(page))
    return page
  }

  const sentBy = async (page, press) => {
    const known = sent.length
    await press()
    await page.waitForURL('**/login/h1')
    assert.equal(sent.length, known + 1)
    return sent.at(-1)
  }

  function checkRegistration(form) {
    const credential = JSON.parse(form.get('credential'))
    assert.equal(form.get('action'), 'create')
    assert.equal(form.get('label'), 'Laptop')
    assert.equal(credential.type, 'public-key')
    assert.equal(credential.rawId, credential.id)
    assert.ok(credential.response.attestationObject)
    assert.ok(credential.response.transports.includes('internal'))
    const client = JSON.parse(Buffer.from(credential.response.clientDataJSON, 'base64url'))
    assert.equal(client.challenge, 'Y2hhbGxlbmdlY2hhbGxlbmdl')
    assert.equal(client.type, 'webauthn.create')
  }

  test('the script makes a passkey and sends it with the form', async (t) => {
    const page = await withAuthenticator(t, 'passkey.en.html')
    await page.fill('#label', 'Laptop')
    checkRegistration(await sentBy(page, () => page.click('#create')))
    assert.deepEqual(page.complaints, [])
  })

  test('it does so in a browser that knows no JSON of credentials', async (t) => {
    const page = await withAuthenticator(t, 'passkey.en.html')
    await page.evaluate(() => {
      delete PublicKeyCredential.parseCreationOptionsFromJSON
      delete PublicKeyCredential.prototype.toJSON
    })
    await page.fill('#label', 'Laptop')
    checkRegistration(await sentBy(page, () => page.click('#create')))
  })

  test('in the browser of an app there is its step and the way back, and nothing else', async (t) => {
    const page = await withAuthenticator(t, 'browser-step.en.html')
    assert.deepEqual(await page.$$eval('main button[type=submit]', (all) => all.map(({ id }) => id)), ['create', 'back'])
    assert.match(await page.textContent('main'), /Acme Budget/)
    await page.fill('#label', 'Laptop')
    checkRegistration(await sentBy(page, () => page.click('#create')))
    assert.deepEqual(page.complaints, [])
  })

  test('what goes wrong is said in the language of the page, and can be tried again', async (t) => {
    const page = await open(t, 'passkey.de.html')
    await page.evaluate(() => {
      navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    await page.click('#create')
    await page.waitForSelector('[role=alert]')
    assert.match(await page.textContent('[role=alert]'), /Das hat nicht funktioniert/)
    assert.ok(await page.isEnabled('#create'))
    await inspect(page, 'passkey-refused')
  })

  test('without script a passkey cannot be used, and the page says so', async (t) => {
    const page = await open(t, 'passkey.en.html', { javaScriptEnabled: false })
    assert.ok(!(await page.isVisible('#create')))
    assert.ok(await page.isVisible('#cancel'))
    // Without script the content of <noscript> is part of the page.
    assert.ok(await page.isVisible('noscript .warn'))
  })

  test('a page that waits goes on by itself, and by its button without script', async (t) => {
    const page = await open(t, 'waiting.en.html?interval')
    const form = await sentBy(page, async () => {})
    assert.equal(form.get('action'), 'poll')
    const plain = await open(t, 'waiting.en.html', { javaScriptEnabled: false })
    assert.equal((await sentBy(plain, () => plain.click('#poll'))).get('action'), 'poll')
  })

  test('a password can be looked at, and is sent as a password', async (t) => {
    const page = await open(t, 'password.en.html')
    await page.fill('#username', 'ada')
    await page.fill('#password', 'correct horse')
    await page.click('[aria-label="Show password"]')
    assert.equal(await page.getAttribute('#password', 'type'), 'text')
    await page.click('[aria-label="Hide password"]')
    assert.equal(await page.getAttribute('#password', 'type'), 'password')
    assert.equal((await sentBy(page, () => page.click('#login'))).get('password'), 'correct horse')
  })
})
