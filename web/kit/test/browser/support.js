import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

const executablePath = [process.env.SIGNET_BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))

export async function launch() {
  assert.ok(executablePath, 'chromium is not installed; SIGNET_BROWSER may name another browser')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}

/** A page of a fresh browser profile; what it complains about is in `complaints`. */
export async function open(t, browser, options = {}) {
  const context = await browser.newContext(options)
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.complaints = []
  page.on('pageerror', (error) => page.complaints.push(error.message))
  page.on('console', (message) => {
    // The browser reports a problem of the API like a missing file.
    const isComplaint = ['error', 'warning'].includes(message.type()) && !/status of 4\d\d/.test(message.text())
    if (isComplaint) page.complaints.push(message.text())
  })
  return page
}

/** Keys that a user carries: a virtual authenticator that verifies the user. */
export async function addAuthenticator(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true }
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options })
  return { refuse: (isRefused) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: !isRefused }) }
}

/** No finding of axe-core, and nothing sticks out of the window. Keeps a picture where SIGNET_SCREENSHOTS says. */
export async function inspect(page, name) {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
  assert.deepEqual(found, [], `axe-core on ${name}`)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than its window`)
  const folder = process.env.SIGNET_SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `kit-${name}.png`), fullPage: true })
}

/** The client's key, and the check of its assertions that a server makes. */
export function clientKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const checkAssertion = (assertion) => {
    const [head, body, signature] = assertion.split('.')
    const isRight = verify('sha256', Buffer.from(`${head}.${body}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
    assert.ok(isRight, 'the signature of the client')
  }
  return { private_jwk: { ...privateKey.export({ format: 'jwk' }), kid: 'client-1' }, checkAssertion }
}
