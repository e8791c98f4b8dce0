// The example app against a real server. It runs when SIGNET_ISSUER names one:
//   SIGNET_ISSUER=https://…  SIGNET_CLIENT=settings.json (see example/backend.js, without issuer)  SIGNET_USERNAME  SIGNET_PASSWORD
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBackend } from '../../example/backend.js'
import { inspect, launch, open } from './support.js'

const { SIGNET_ISSUER: issuer, SIGNET_CLIENT: settings, SIGNET_USERNAME: username, SIGNET_PASSWORD: password, SIGNET_APP_PORT: port = '0' } = process.env

test('a person logs in at a real server inside the app', { skip: !issuer && 'SIGNET_ISSUER is not set' }, async (t) => {
  const browser = await launch()
  t.after(() => browser.close())
  const app = await startBackend({ ...JSON.parse(readFileSync(settings, 'utf8')), issuer }, Number(port))
  t.after(() => app.stop())
  const page = await open(t, browser, { ignoreHTTPSErrors: true })
  await page.goto(`${app.url}/example/index.html`)
  const login = page.locator('signet-login')
  const result = page.locator('#result:not(:empty)')
  for (let steps = 0; steps < 8; ++steps) {
    // Between the last form and the result the app fetches its tokens, and shows neither.
    await login.locator('form button, [role=alert]').or(result).first().waitFor()
    if (await result.isVisible()) break
    await inspect(page, `server-${steps}`)
    assert.deepEqual(await login.locator('[role=alert]').allTextContents(), [])
    for (const [control, value] of [['input[autocomplete~=username]', username], ['input[type=password]', password]]) {
      if (await login.locator(control).count()) await login.locator(control).fill(value)
    }
    const answered = page.waitForEvent('response', (response) => response.url().startsWith(issuer) && response.request().method() !== 'OPTIONS')
    await login.locator('button.primary').first().click()
    await answered
    await login.locator('[aria-busy=false]').waitFor()
  }
  assert.equal(await result.textContent(), 'Welcome!')
  assert.deepEqual(page.complaints, [])
})
