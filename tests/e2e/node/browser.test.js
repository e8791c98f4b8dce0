// The login pages in Chromium.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { findViolations, launch } from './chromium.js'
import { codeClient, configure, freshDpop, register, server, signingKey } from './support.js'

const small = { width: 320, height: 640 }

describe('the login pages in a browser', () => {
  let browser, config, callbacks
  const atCallback = { visits: 0, pause: 0 }

  before(async () => {
    // The client is a real site, so that the browser itself decides whether a page of the server may lead there.
    const { certificate, key } = server.certificates.server
    callbacks = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      if (request.url.includes('code=')) ++atCallback.visits
      setTimeout(() => response.setHeader('content-type', 'text/plain').end('back at the client'), atCallback.pause)
    }).listen(0, '127.0.0.1')
    await once(callbacks, 'listening')
    const { host } = new URL(server.redirect_uri)
    browser = await launch(`--host-resolver-rules=MAP ${host} 127.0.0.1:${callbacks.address().port}`)
    const own = await signingKey()
    const registered = await register(
      'main',
      codeClient({
        client_name: 'Ledger & Söhne',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: own.jwks,
        dpop_bound_access_tokens: true,
      }),
    )
    config = await configure('main', registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }))
  })
  after(async () => {
    await browser?.close()
    callbacks?.closeAllConnections()
    callbacks?.close()
  })

  /** A page of a fresh browser profile; whatever it complains about fails the test. */
  async function open(t, options = {}) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options })
    t.after(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.complaints = []
    page.on('pageerror', (error) => page.complaints.push(error.message))
    page.on('console', (message) => {
      const isOwn = ['error', 'warning'].includes(message.type()) && message.location().url.startsWith(server.issuers.main)
      // An error page has an error status, which the browser reports like a missing file.
      if (isOwn && !/status of 4\d\d/.test(message.text())) page.complaints.push(message.text())
    })
    return page
  }

  /** A pushed request, ready to be opened. Consent is asked for even when another test has given it. */
  async function push(more = { prompt: 'consent' }) {
    const dpop = await freshDpop(config)
    const checks = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
    }
    const url = await client.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: server.redirect_uri,
        scope: 'openid profile email accounts payments offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        ...more,
      },
      { DPoP: dpop },
    )
    const finish = (page) => client.authorizationCodeGrant(config, new URL(page.url()), checks, undefined, { DPoP: dpop })
    return { url: url.href, finish }
  }

  const atClient = (page) => page.waitForURL(`${server.redirect_uri}*`)
  const shoot = (page, name) =>
    page.screenshot({ path: join(process.env.SIGNET_SCREENSHOTS, `${name}.png`), fullPage: true })

  async function fill(page, { username = server.username, password = server.password } = {}) {
    await page.fill('#username', username)
    await page.fill('#password', password)
    await page.click('#login')
  }

  /** No finding of axe-core, and nothing sticks out of the window. */
  async function inspect(page, name) {
    const found = await findViolations(page)
    assert.deepEqual(found, [], `axe-core on the page ${name}`)
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than its window`)
    await shoot(page, name)
  }

  const looks = {
    light: {},
    dark: { colorScheme: 'dark' },
    small: { viewport: small },
    'small-dark': { viewport: small, colorScheme: 'dark' },
  }
  for (const [look, options] of Object.entries(looks)) {
    test(`every page is accessible and fits (${look})`, async (t) => {
      const page = await open(t, options)
      const { url } = await push()
      await page.goto(url)
      await inspect(page, `${look}-1-login`)
      await fill(page, { password: 'wrong password' })
      await page.waitForSelector('[role=alert]')
      await inspect(page, `${look}-2-wrong-password`)
      await fill(page)
      await page.waitForSelector('#allow')
      await inspect(page, `${look}-3-consent`)
      await page.click('#deny')
      await atClient(page)
      assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied')
      await page.goto(url)
      await inspect(page, `${look}-4-error`)
      assert.deepEqual(page.complaints, [])
    })
  }

  test('a person logs in and consents with the keyboard alone', async (t) => {
    const page = await open(t)
    const { url, finish } = await push()
    await page.goto(url)
    await page.waitForFunction(() => document.activeElement.id === 'username') // the name gets the focus by itself
    await page.keyboard.type(server.username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(server.password)
    await page.keyboard.press('Enter')
    await page.waitForSelector('#allow')
    assert.match(await page.textContent('h1'), /Ledger & Söhne/)
    const order = []
    for (let i = 0; i < 10 && order.at(-1) !== 'allow'; ++i) {
      await page.keyboard.press('Tab')
      order.push(await page.evaluate(() => document.activeElement.id))
    }
    assert.equal(order.at(-1), 'allow', `the focus went ${order}`)
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement)
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none'
    })
    assert.ok(outline, 'the focus can be seen')
    await page.keyboard.press('Enter')
    await atClient(page)
    const tokens = await finish(page)
    assert.ok(tokens.claims().sub)
    assert.deepEqual(page.complaints, [])
  })

  test('a second click while the client takes its time is no second answer, and the button keeps the focus', async (t) => {
    const page = await open(t)
    const { url, finish } = await push()
    await page.goto(url)
    await fill(page)
    await page.focus('#allow')
    await page.waitForLoadState('load')
    Object.assign(atCallback, { visits: 0, pause: 1500 })
    t.after(() => Object.assign(atCallback, { pause: 0 }))
    const between = await page.evaluate(async () => {
      const button = document.querySelector('#allow')
      button.click()
      await new Promise((resolve) => setTimeout(resolve, 700))
      button.click()
      return { disabled: button.getAttribute('aria-disabled'), focus: document.activeElement.id }
    })
    assert.equal(atCallback.visits, 1)
    assert.deepEqual(between, { disabled: 'true', focus: 'allow' })
    await atClient(page)
    assert.ok((await finish(page)).access_token)
    assert.equal(atCallback.visits, 1)
    assert.deepEqual(page.complaints, [])
  })

  test('a form can be sent again when its page comes back from the memory of the browser', async (t) => {
    const page = await open(t)
    await page.goto((await push()).url)
    await page.evaluate(() => {
      const form = document.querySelector('#login').form
      form.noValidate = true
      window.addEventListener('submit', (event) => event.preventDefault()) // behind the page's own listener
      form.requestSubmit(document.querySelector('#login'))
    })
    assert.equal(await page.getAttribute('#login', 'aria-disabled'), 'true')
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    assert.equal(await page.getAttribute('#login', 'aria-disabled'), null)
    assert.deepEqual(page.complaints, [])
  })

  test('without JavaScript it is the same', async (t) => {
    const page = await open(t, { javaScriptEnabled: false })
    const { url, finish } = await push()
    await page.goto(url)
    await fill(page)
    await page.click('#allow')
    await atClient(page)
    assert.ok((await finish(page)).access_token)
  })

  test('a wrong password is said in an alert, keeps the name and waits for the password', async (t) => {
    const page = await open(t)
    await page.goto((await push()).url)
    await fill(page, { password: 'wrong password' })
    assert.ok((await page.textContent('[role=alert]')).trim())
    assert.equal(await page.inputValue('#username'), server.username)
    assert.equal(await page.inputValue('#password'), '')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'password')
    assert.equal(await page.getAttribute('#password', 'aria-invalid'), 'true')
  })

  test('cancel leads back to the client', async (t) => {
    const page = await open(t)
    await page.goto((await push()).url)
    await page.click('#cancel')
    await atClient(page)
    const answer = new URL(page.url()).searchParams
    assert.equal(answer.get('error'), 'access_denied')
    assert.equal(answer.get('iss'), server.issuers.main)
  })

  test('a browser that is logged in is not asked again, and its cookies are closed to scripts and other sites', async (t) => {
    const page = await open(t)
    const first = await push()
    await page.goto(first.url)
    await fill(page)
    await page.click('#allow')
    await atClient(page)
    const second = await push({})
    await page.goto(second.url)
    await atClient(page)
    assert.ok((await second.finish(page)).access_token)
    const cookies = await page.context().cookies(server.issuers.main)
    assert.ok(cookies.length > 0)
    for (const { name, httpOnly, secure, sameSite } of cookies) {
      assert.ok(httpOnly && secure && ['Lax', 'Strict'].includes(sameSite), `cookie ${name}`)
      assert.ok(name.startsWith('__Host-'), `cookie ${name}`)
    }
  })

  test('the pages cannot be framed, cached or made to run scripts of others', async (t) => {
    const page = await open(t)
    const response = await page.goto((await push()).url)
    const fields = response.headers()
    assert.match(fields['content-security-policy'], /default-src 'none'/)
    assert.match(fields['content-security-policy'], /frame-ancestors 'none'/)
    assert.doesNotMatch(fields['content-security-policy'], /unsafe/)
    assert.equal(fields['cache-control'], 'no-store')
    assert.equal(fields['referrer-policy'], 'no-referrer')
    assert.match(fields['content-security-policy'], /script-src 'self'/)
    const sources = await page.evaluate(() => [...document.scripts].map((script) => script.src))
    assert.deepEqual(sources.filter((source) => !source.startsWith(`${server.issuers.main}/assets/signet-`)), [])
  })
})
