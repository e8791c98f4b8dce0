// Chromium as the tests start it: one that trusts what it must, an authenticator that says yes, and what axe-core finds.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

const executablePath = [process.env.SIGNET_BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
)

export async function launch(...args) {
  assert.ok(executablePath, 'chromium is not installed; SIGNET_BROWSER may name another browser')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...args] })
}

/** The argument with which the certificates in these files are good: WebAuthn works, and the cache keeps, only then. */
export function trusting(files) {
  const hashes = files.map((file) => {
    const key = new X509Certificate(readFileSync(file)).publicKey.export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(key).digest('base64')
  })
  return `--ignore-certificate-errors-spki-list=${hashes}`
}

/** An authenticator that says yes, for the page of this session; its identifier. */
export async function addAuthenticator(devtools) {
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return authenticatorId
}

/** What axe-core finds on the page, a line for each rule. */
export async function findViolations(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
}
