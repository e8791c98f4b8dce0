import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as chromium from '../../../../tests/e2e/node/chromium.js'

export const { launch, trusting } = chromium

/** A page of a fresh browser profile; what it complains about is in `complaints`. */
export async function open(t, browser, options = {}) {
  const context = await browser.newContext(options)
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return hearComplaints(page)
}

export function hearComplaints(page) {
  page.complaints = []
  page.on('pageerror', (error) => page.complaints.push(error.message))
  page.on('console', (message) => {
    // The browser reports a problem of the API like a missing file.
    const isComplaint = ['error', 'warning'].includes(message.type()) && !/status of 4\d\d/.test(message.text())
    if (isComplaint) page.complaints.push(message.text())
  })
  return page
}

/** Keys that a user carries: a virtual authenticator that verifies the user; `made` are those that came into being here. */
export async function addAuthenticator(page) {
  const session = await page.context().newCDPSession(page)
  const authenticatorId = await chromium.addAuthenticator(session)
  const made = []
  session.on('WebAuthn.credentialAdded', ({ credential }) => made.push(credential))
  return {
    made,
    refuse: (isRefused) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: !isRefused }),
    add: (credential) => session.send('WebAuthn.addCredential', { authenticatorId, credential }),
  }
}

/** No finding of axe-core, and nothing sticks out of the window. Keeps a picture where SIGNET_SCREENSHOTS says. */
export async function inspect(page, name) {
  assert.deepEqual(await chromium.findViolations(page), [], `axe-core on ${name}`)
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
