// A person at Chromium: a profile of its own, a virtual authenticator, and eyes that see what is wrong with a page.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium } from 'playwright-core'
import { server } from './support.js'

const executablePath = [process.env.SIGNET_BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
)
const desktop = { width: 1100, height: 800 }
const phone = { width: 360, height: 740 }
const looks = {
  desktop: { viewport: desktop, colorScheme: 'light' },
  'desktop-dark': { viewport: desktop, colorScheme: 'dark' },
  phone: { viewport: phone, colorScheme: 'light' },
  'phone-dark': { viewport: phone, colorScheme: 'dark' },
}
const authenticator = {
  protocol: 'ctap2',
  ctap2Version: 'ctap2_1',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
}

const keyHash = (file) => {
  const key = new X509Certificate(readFileSync(file)).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** Chromium, and the client as a real site, so that the browser itself decides whether a page may lead there. */
export async function startBrowser() {
  assert.ok(executablePath, 'chromium is not installed; SIGNET_BROWSER may name another browser')
  const { certificate, key } = server.certificates.server
  const callbacks = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) =>
    response.setHeader('content-type', 'text/plain').end('back at the client'),
  ).listen(0, '127.0.0.1')
  await once(callbacks, 'listening')
  // WebAuthn works, and the cache keeps, only where the certificate is good: these keys are good.
  const keys = Object.values(server.certificates).map((each) => keyHash(each.certificate))
  const { host } = new URL(server.redirect_uri)
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      `--ignore-certificate-errors-spki-list=${keys}`,
      `--host-resolver-rules=MAP ${host} 127.0.0.1:${callbacks.address().port}`,
    ],
  })
  return {
    browser,
    stop: async () => {
      await browser.close()
      callbacks.closeAllConnections()
      callbacks.close()
    },
  }
}

export class Person {
  /** What went over the network since the last look: the server's answers with their octets; not what the cache had. */
  #answers = new Map()
  #complaints = []

  /** `autofill`: a passkey that is offered beside the name is taken at once, as the virtual authenticator does. */
  static async open(t, browser, { autofill = false } = {}) {
    const person = new Person()
    person.context = await browser.newContext(looks.desktop)
    t.after(() => person.context.close())
    if (!autofill) {
      await person.context.addInitScript(() => {
        globalThis.PublicKeyCredential.isConditionalMediationAvailable = async () => false
      })
    }
    person.page = await person.context.newPage()
    person.page.setDefaultTimeout(15_000)
    await person.#listen()
    person.devtools = await person.context.newCDPSession(person.page)
    await person.#countRequests()
    await person.devtools.send('WebAuthn.enable')
    const { authenticatorId } = await person.devtools.send('WebAuthn.addVirtualAuthenticator', { options: authenticator })
    person.authenticatorId = authenticatorId
    return person
  }

  #listen() {
    this.page.on('pageerror', (error) => this.#complaints.push(error.message))
    this.page.on('console', (message) => {
      const isOwn = ['error', 'warning'].includes(message.type()) && message.location().url.startsWith(server.issuers.main)
      // A page that refuses has an error status, which the browser reports like a missing file.
      if (isOwn && !/status of 4\d\d/.test(message.text())) this.#complaints.push(message.text())
    })
    return this.context.addInitScript(() =>
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    )
  }

  async #countRequests() {
    await this.devtools.send('Network.enable')
    this.devtools.on('Network.requestWillBeSent', ({ requestId, request, redirectResponse }) => {
      if (redirectResponse) this.#answers.delete(requestId)
      if (request.url.startsWith(server.issuers.main)) this.#answers.set(requestId, { url: request.url, octets: 0 })
    })
    this.devtools.on('Network.requestServedFromCache', ({ requestId }) => this.#answers.delete(requestId))
    this.devtools.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.fromDiskCache) this.#answers.delete(requestId)
    })
    this.devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const answer = this.#answers.get(requestId)
      if (answer) answer.octets = encodedDataLength
    })
  }

  goTo(url) {
    return this.page.goto(url)
  }

  /** Every look of a page: no finding of axe-core, nothing sticks out of the window, nothing was refused by the policy. */
  async look(name) {
    await this.page.waitForLoadState('load')
    await this.page.evaluate(axe.source)
    for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
      await this.page.emulateMedia({ colorScheme })
      await this.page.setViewportSize(viewport)
      // A colour on its way to another one is neither.
      await this.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)))
      const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
      assert.deepEqual(found, [], `axe-core on the page ${name} (${look})`)
      const { scrollWidth, clientWidth } = await this.page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement
        return { scrollWidth, clientWidth }
      })
      assert.ok(scrollWidth <= clientWidth, `${name} (${look}) is ${scrollWidth - clientWidth} pixels too wide`)
      await this.page.screenshot({ path: join(process.env.SIGNET_SCREENSHOTS, `strong-${name}-${look}.png`), fullPage: true })
    }
    await this.page.emulateMedia({ colorScheme: 'light' })
    await this.page.setViewportSize(desktop)
    assert.deepEqual(this.#complaints, [], `complaints of the browser on the page ${name}`)
  }

  /** The requests since the last call that the cache did not answer, redirections left out. */
  takeAnswers() {
    const answers = [...this.#answers.values()]
    this.#answers.clear()
    return answers
  }

  async fillIn(username, password) {
    await this.page.fill('#username', username)
    await this.page.fill('#password', password)
    await this.page.click('#login')
  }

  /** Presses a button that asks the authenticator, which says yes. */
  async touch(button) {
    const answered = this.page.waitForEvent('framenavigated')
    await this.page.click(button)
    await answered
  }

  async credentials() {
    const { authenticatorId } = this
    return (await this.devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  }

  forgetSessions() {
    return this.context.clearCookies()
  }

  atClient() {
    return this.page.waitForURL(`${server.redirect_uri}*`)
  }
}
