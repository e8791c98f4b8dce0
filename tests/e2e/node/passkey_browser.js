// Somebody's browser with passkeys: opens each address that stands on a line of standard input, takes the step of its page, and
// prints where it was sent then; a page in which axe-core finds something ends it. SIGNET_CERTIFICATE is the server's: WebAuthn
// wants one that is good.
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import axe from 'axe-core'
import { chromium } from 'playwright-core'

const { SIGNET_BROWSER, SIGNET_CERTIFICATE, SIGNET_SCREENSHOTS } = process.env
const executablePath = [SIGNET_BROWSER, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))
const key = new X509Certificate(readFileSync(SIGNET_CERTIFICATE)).publicKey.export({ type: 'spki', format: 'der' })
const good = createHash('sha256').update(key).digest('base64')
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', `--ignore-certificate-errors-spki-list=${good}`],
})
const page = await browser.newPage()
page.setDefaultTimeout(15_000)
const devtools = await page.context().newCDPSession(page)
await devtools.send('WebAuthn.enable')
await devtools.send('WebAuthn.addVirtualAuthenticator', {
  options: {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
})
let count = 0
for await (const address of createInterface({ input: process.stdin })) {
  await page.goto(address)
  if (SIGNET_SCREENSHOTS) await page.screenshot({ path: join(SIGNET_SCREENSHOTS, `browser-step-${++count}.png`), fullPage: true })
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  if (violations.length > 0) throw new Error(`axe-core: ${violations.map(({ id, help }) => `${id}: ${help}`).join('; ')}`)
  await page.click('#enrol, #passkey')
  await page.waitForURL('http://127.0.0.1:*/**')
  console.log(page.url())
}
await browser.close()
