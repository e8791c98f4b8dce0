// A person at Chromium: a profile of its own, a virtual authenticator, and eyes that see what is wrong with a page.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { addAuthenticator, findViolations, launch, trusting } from './chromium.js'
import { server } from './support.js'

const desktop = { width: 1100, height: 800 }
const phone = { width: 360, height: 740 }
const looks = {
  desktop: { viewport: desktop, colorScheme: 'light' },
  'desktop-dark': { viewport: desktop, colorScheme: 'dark' },
  phone: { viewport: phone, colorScheme: 'light' },
  'phone-dark': { viewport: phone, colorScheme: 'dark' },
}

/** Chromium, and the client as a real site, so that the browser itself decides whether a page may lead there. */
export async function startBrowser() {
  const { certificate, key } = server.certificates.server
  const callbacks = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) =>
    response.setHeader('content-type', 'text/plain').end('back at the client'),
  ).listen(0, '127.0.0.1')
  await once(callbacks, 'listening')
  const { host } = new URL(server.redirect_uri)
  const browser = await launch(
    trusting(Object.values(server.certificates).map(({ certificate }) => certificate)),
    `--host-resolver-rules=MAP ${host} 127.0.0.1:${callbacks.address().port}`,
  )
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
    person.authenticatorId = await addAuthenticator(person.devtools)
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
    for (const [look, { viewport, colorScheme }] of Object.entries(looks)) {
      await this.page.emulateMedia({ colorScheme })
      await this.page.setViewportSize(viewport)
      // A colour on its way to another one is neither. What is folded away gets nowhere, so nobody waits for that.
      await this.page.evaluate(() => {
        const seen = document.getAnimations().filter((animation) => animation.effect.target.checkVisibility())
        const enough = new Promise((resolve) => setTimeout(resolve, 2000))
        return Promise.race([Promise.all(seen.map((animation) => animation.finished)), enough])
      })
      const found = await findViolations(this.page)
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
