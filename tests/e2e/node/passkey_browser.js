// Somebody's browser with passkeys: opens each address that stands on a line of standard input, takes the step of its page, and
// prints where it was sent then; a page in which axe-core finds something ends it. SIGNET_CERTIFICATE is the server's: WebAuthn
// wants one that is good.
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { addAuthenticator, findViolations, launch, trusting } from './chromium.js'

const { SIGNET_CERTIFICATE, SIGNET_SCREENSHOTS } = process.env
const browser = await launch(trusting([SIGNET_CERTIFICATE]))
const page = await browser.newPage()
page.setDefaultTimeout(15_000)
await addAuthenticator(await page.context().newCDPSession(page))
let count = 0
for await (const address of createInterface({ input: process.stdin })) {
  await page.goto(address)
  if (SIGNET_SCREENSHOTS) await page.screenshot({ path: join(SIGNET_SCREENSHOTS, `browser-step-${++count}.png`), fullPage: true })
  const found = await findViolations(page)
  if (found.length > 0) throw new Error(`axe-core: ${found.join('; ')}`)
  await page.click('#enrol, #passkey')
  await page.waitForURL('http://127.0.0.1:*/**')
  console.log(page.url())
}
await browser.close()
