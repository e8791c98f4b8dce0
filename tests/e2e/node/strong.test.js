// Two factors in Chromium: passkeys in its virtual authenticator, codes of oathtool, mails of Exim, the bank's step-up.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as client from 'openid-client'
import { Person, startBrowser } from './person.js'
import { codeClient, configure, freshDpop, register, server, signingKey } from './support.js'

const run = promisify(execFile)
const single = 'single'
const strong = 'strong'
// A token says how strong its login was to those who ask.
const claims = (acr) => ({ claims: JSON.stringify({ id_token: { acr, amr: null } }) })
const demandStrong = claims({ essential: true, values: [strong] })
const payment = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '1.50' },
  creditorName: 'Merchant A',
  creditorAccount: { iban: 'DE02100100109307118603' },
}

/** `signet WORDS` at the issuer under test; `input` is its standard input. */
async function signet(words, input) {
  const child = run(server.signet, [...words, '-c', server.config, '--issuer', strong])
  child.child.stdin.end(input ?? '')
  return (await child).stdout
}

async function createUser(username) {
  const account = { username, password: server.password, name: 'Ada Adams', email: `${username}@example.test`, email_verified: true }
  await signet(['users', 'create'], JSON.stringify(account))
  return username
}

/** What an authenticator app shows; `later` is how many seconds from now. */
async function appCode(key, later = 0) {
  const at = new Date(Date.now() + later * 1000).toISOString().replace('T', ' ').replace(/\..*/, ' UTC')
  return (await run('oathtool', ['--totp', '--base32', '--now', at, key.replace(/\s/g, '')])).stdout.trim()
}

/** The texts of the mails for one recipient, oldest first. */
function mailsFor(address) {
  // Of a maildir: "SECONDS.MMICROSECONDSP…".
  const time = (file) => file.match(/^(\d+)\.M(\d+)/).slice(1).map(Number)
  const inOrder = (one, other) => time(one)[0] - time(other)[0] || time(one)[1] - time(other)[1]
  const mails = readdirSync(server.mailbox).sort(inOrder).map((file) => readFileSync(join(server.mailbox, file), 'utf8'))
  const bodies = mails.filter((mail) => mail.startsWith(`Envelope-to: ${address}\n`)).map((mail) => mail.split('\n\n')[1])
  return bodies.map((body) => Buffer.from(body, 'base64').toString())
}

async function mailWith(address, pattern) {
  for (let tries = 0; tries < 200; ++tries) {
    const found = mailsFor(address).findLast((mail) => pattern.test(mail))
    if (found) return pattern.exec(found)
    await sleep(50)
  }
  assert.fail(`no mail for ${address} has ${pattern}`)
}

describe('strong authentication in a browser', () => {
  let browser, config, stop

  before(async () => {
    ;({ browser, stop } = await startBrowser())
    const own = await signingKey()
    const registered = await register(
      strong,
      codeClient({
        client_name: 'Ledger & Söhne',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: own.jwks,
        dpop_bound_access_tokens: true,
        authorization_details_types: ['payment_initiation'],
        access_token_format: 'jwt',
      }),
    )
    config = await configure(strong, registered, client.PrivateKeyJwt({ key: own.key, kid: own.kid }))
  })
  after(() => stop?.())

  /** A pushed request, ready to be opened, and what the client does with the answer. */
  async function push(more = {}) {
    const dpop = await freshDpop(config)
    const checks = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedState: client.randomState(),
      expectedNonce: client.randomNonce(),
      ...(more.max_age && { maxAge: Number(more.max_age) }),
    }
    const url = await client.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: server.redirect_uri,
        scope: 'openid profile accounts payments',
        code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        ...claims(null),
        ...more,
      },
      { DPoP: dpop },
    )
    const finish = async (person) => {
      await person.atClient().catch(async (error) => assert.fail(`${error.message} ${await person.page.textContent('main')}`))
      return client.authorizationCodeGrant(config, new URL(person.page.url()), checks, undefined, { DPoP: dpop })
    }
    const call = (tokens, path, { method = 'GET', body } = {}) =>
      client.fetchProtectedResource(
        config,
        tokens.access_token,
        new URL(path, server.bank),
        method,
        body && JSON.stringify(body),
        new Headers(body ? { 'content-type': 'application/json' } : {}),
        { DPoP: dpop },
      )
    return { url: url.href, finish, call }
  }

  /** The whole way of somebody who makes a passkey at the first login, ending at the client. */
  async function enrolPasskey(person, username) {
    const login = await push(demandStrong)
    await person.goTo(login.url)
    await person.fillIn(username, server.password)
    await person.page.click('#passkey')
    await person.touch('#enrol')
    await person.page.click('#allow')
    return login.finish(person)
  }

  function assertStrong(tokens, ...methods) {
    const { acr, amr } = tokens.claims()
    assert.equal(acr, strong)
    for (const method of [...methods, 'mfa']) assert.ok(amr.includes(method), `${method} is missing in ${amr}`)
  }

  test('who has a password only makes a passkey when two factors are demanded, and is logged in with both', async (t) => {
    const username = await createUser('passkey-user')
    const person = await Person.open(t, browser)
    const login = await push(demandStrong)
    await person.goTo(login.url)
    await person.look('login')
    await person.fillIn(username, server.password)
    await person.page.waitForSelector('#totp')
    await person.look('choose-enrolment')
    await person.page.click('#passkey')
    await person.page.waitForSelector('#enrol')
    await person.look('enrol-passkey')
    await person.page.fill('#name', 'My laptop')
    await person.touch('#enrol')
    await person.page.waitForSelector('#allow')
    await person.look('consent')
    await person.page.click('#allow')
    assertStrong(await login.finish(person), 'pwd', 'user')
    assert.equal((await person.credentials()).length, 1)
    await mailWith(`${username}@example.test`, /A new way to sign in was added to your account: Passkey/)
  })

  test('a passkey alone says who it is and reaches the level of two factors, without a name being typed', async (t) => {
    const username = await createUser('passkey-alone')
    const person = await Person.open(t, browser)
    const first = await enrolPasskey(person, username)
    await person.forgetSessions()
    const login = await push(demandStrong)
    await person.goTo(login.url)
    assert.equal(await person.page.inputValue('#username'), '')
    await person.touch('#passkey')
    const tokens = await login.finish(person)
    assertStrong(tokens, 'user')
    assert.equal(tokens.claims().sub, first.claims().sub)
    assert.ok(!tokens.claims().amr.includes('pwd'))
  })

  test('a passkey is offered where the name is typed, and taking it is the whole login', async (t) => {
    const username = await createUser('passkey-offered')
    const person = await Person.open(t, browser, { autofill: true })
    await enrolPasskey(person, username)
    await person.forgetSessions()
    const login = await push(demandStrong)
    await person.goTo(login.url)
    assertStrong(await login.finish(person), 'user')
  })

  test('the bank asks for more than the session has, the client library asks again, the user adds the missing factor only', async (t) => {
    const username = await createUser('step-up')
    const person = await Person.open(t, browser)
    await enrolPasskey(person, username)
    await person.forgetSessions()

    const weak = await push()
    await person.goTo(weak.url)
    await person.fillIn(username, server.password)
    const before = await weak.finish(person)
    assert.equal(before.claims().acr, single)
    const [account] = (await (await weak.call(before, '/accounts')).json()).accounts
    const transactions = `/accounts/${account.resourceId}/transactions`
    const refusal = await weak.call(before, transactions).catch((error) => error)
    assert.equal(refusal.code, 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', String(refusal.stack))
    assert.equal(refusal.status, 401)
    const { parameters } = refusal.cause.find((challenge) => challenge.parameters.error === 'insufficient_user_authentication')
    assert.equal(parameters.acr_values, strong)
    assert.equal(parameters.max_age, '300')

    const more = await push({ acr_values: parameters.acr_values, max_age: parameters.max_age })
    const shown = []
    person.page.on('response', async (response) => {
      if (response.headers()['content-type']?.startsWith('text/html')) shown.push(await response.text().catch(() => ''))
    })
    await person.goTo(more.url)
    await person.page.waitForSelector('#passkey')
    await person.look('step-up')
    await person.touch('#passkey')
    const after = await more.finish(person)
    assertStrong(after, 'pwd', 'user')
    assert.ok(!shown.some((page) => page.includes('type="password"')), 'the password was asked for again')
    assert.equal((await more.call(after, transactions)).status, 200)
  })

  test('an authenticator app is set up from the key on the page, and its next code is the second factor of the next login', async (t) => {
    const username = await createUser('app-user')
    const person = await Person.open(t, browser)
    const first = await push(demandStrong)
    await person.goTo(first.url)
    await person.fillIn(username, server.password)
    await person.page.click('#totp')
    await person.page.waitForSelector('.user-code')
    await person.look('enrol-totp')
    const key = await person.page.textContent('.user-code')
    await person.page.fill('#code', '000000')
    await person.page.click('#confirm')
    await person.page.waitForSelector('[role=alert]')
    await person.look('enrol-totp-refused')
    const spent = await appCode(key)
    await person.page.fill('#code', spent)
    await person.page.click('#confirm')
    await person.page.click('#allow')
    assertStrong(await first.finish(person), 'pwd', 'otp')

    await person.forgetSessions()
    const second = await push(demandStrong)
    await person.goTo(second.url)
    await person.fillIn(username, server.password)
    await person.page.waitForSelector('#code')
    await person.look('totp')
    // The code that confirmed the app is spent, even while it is still shown.
    await person.page.fill('#code', spent)
    await person.page.click('#confirm')
    await person.page.waitForSelector('[role=alert]')
    await person.look('totp-refused')
    await person.page.fill('#code', await appCode(key, 30))
    await person.page.click('#confirm')
    assertStrong(await second.finish(person), 'pwd', 'otp')
  })

  test('a forgotten password is replaced with a code by mail and the second factor, and the old one is worth nothing', async (t) => {
    const username = await createUser('forgetful')
    const person = await Person.open(t, browser)
    await enrolPasskey(person, username)
    await person.forgetSessions()
    const login = await push(demandStrong)
    await person.goTo(login.url)
    await person.page.click('#forgot')
    await person.page.waitForSelector('#send')
    await person.look('recover')
    await person.page.fill('#username', username)
    await person.page.click('#send')
    await person.page.waitForSelector('#code')
    await person.look('recover-code')
    const [, code] = await mailWith(`${username}@example.test`, /(\d{6}) is your code for a new password/)
    await person.page.fill('#code', code)
    await person.page.click('#confirm')
    await person.page.waitForSelector('#passkey')
    await person.look('recover-second-factor')
    await person.page.click('#passkey')
    await person.page.waitForSelector('[data-operation=webauthn-authentication]')
    await person.touch('#passkey')
    await person.page.waitForSelector('#repeat')
    await person.look('new-password')
    const fresh = 'a quite different sentence 17'
    await person.page.fill('#password', fresh)
    await person.page.fill('#repeat', fresh)
    await person.page.click('#change')
    assertStrong(await login.finish(person), 'user')

    await person.forgetSessions()
    const again = await push()
    await person.goTo(again.url)
    await person.fillIn(username, server.password)
    await person.page.waitForSelector('[role=alert]')
    await person.fillIn(username, fresh)
    assert.equal((await again.finish(person)).claims().acr, single)
  })

  test('a payment is approved by a passkey that signs what is shown, and the bank executes this payment only', async (t) => {
    const username = await createUser('payer')
    const person = await Person.open(t, browser)
    await enrolPasskey(person, username)
    const login = await push({ authorization_details: JSON.stringify([payment]) })
    await person.goTo(login.url)
    await person.page.waitForSelector('#approve')
    await person.look('approve-payment')
    const said = await person.page.textContent('main')
    for (const part of ['1.50', 'EUR', payment.creditorName, 'DE02']) assert.ok(said.includes(part), `${part} is not shown`)
    await person.touch('#approve')
    if (!person.page.url().startsWith(server.redirect_uri)) await person.page.click('#allow')
    const tokens = await login.finish(person)
    assert.equal(tokens.authorization_details[0].instructedAmount.amount, '1.50')

    const [account] = (await (await login.call(tokens, '/accounts')).json()).accounts
    const order = { ...payment, debtorAccount: { iban: account.iban } }
    const other = { ...order, instructedAmount: { currency: 'EUR', amount: '2.50' } }
    assert.equal((await login.call(tokens, '/payments', { method: 'POST', body: other })).status, 403)
    assert.equal((await login.call(tokens, '/payments', { method: 'POST', body: order })).status, 201)
    const trail = await signet(['audit', 'list', '--json'])
    assert.match(trail, /payment/)
  })

  test('the account pages show what acts for a person, and a passkey that is removed there signs nobody in', async (t) => {
    const username = await createUser('owner')
    const person = await Person.open(t, browser)
    await enrolPasskey(person, username)
    await person.goTo(`${server.issuers.strong}/account`)
    await person.page.waitForSelector('#history')
    await person.look('account')
    for (const name of ['sessions', 'history', 'apps', 'factors']) {
      await person.page.click(`#${name}`)
      await person.page.waitForSelector('#back')
      await person.look(`account-${name}`)
      if (name === 'apps') {
        await person.page.locator('.group.apps button').first().click()
        await person.page.waitForSelector('#keep')
        await person.look('account-app')
        await person.page.click('#keep')
      }
      if (name !== 'factors') await person.page.click('#back')
    }
    await person.page.click('#remove')
    await person.page.waitForSelector('#keep')
    await person.look('account-removal')
    await person.page.click('#remove')
    await person.page.waitForSelector('#add')
    assert.equal(await person.page.locator('#remove').count(), 0)
    await mailWith(`${username}@example.test`, /A way to sign in was removed from your account: Passkey/)

    await person.forgetSessions()
    const login = await push()
    await person.goTo(login.url)
    await person.touch('#passkey')
    assert.ok(!person.page.url().startsWith(server.redirect_uri))
    await person.page.waitForSelector('[role=alert]')
    await person.look('passkey-refused')
  })

  test('a threat level that an operator raises changes the next login of the running server', async (t) => {
    const username = await createUser('threatened')
    const person = await Person.open(t, browser)
    const calm = await push()
    await person.goTo(calm.url)
    await person.fillIn(username, server.password)
    await person.page.click('#allow')
    assert.equal((await calm.finish(person)).claims().acr, single)
    await signet(['threat', 'raise', '3', '--reason', 'credential stuffing'])
    try {
      await person.forgetSessions()
      const raised = await push()
      await person.goTo(raised.url)
      await person.fillIn(username, server.password)
      await person.page.click('#passkey')
      await person.touch('#enrol')
      await person.page.waitForSelector('#continue')
      await person.look('notice')
      await person.page.click('#continue')
      assertStrong(await raised.finish(person), 'pwd', 'user')
    } finally {
      await signet(['threat', 'lower'])
    }
    await person.forgetSessions()
    const calmAgain = await push()
    await person.goTo(calmAgain.url)
    await person.fillIn(username, server.password)
    assert.equal((await calmAgain.finish(person)).claims().acr, single)
  })

  test('a policy that an operator applies changes the next login of the running server, and so does taking it back', async (t) => {
    const username = await createUser('governed')
    const person = await Person.open(t, browser)
    const file = join(server.folder, 'policy.json')
    const rule = { name: 'all of us', when: { fact: 'scope', contains: 'payments' }, then: { categories: 2 } }
    writeFileSync(file, JSON.stringify({ policy: 'login', rules: [rule] }))
    await signet(['workflows', 'apply', file])
    try {
      await person.goTo((await push()).url)
      await person.fillIn(username, server.password)
      await person.page.waitForSelector('#totp')
    } finally {
      await signet(['workflows', 'rollback', 'login', '--kind', 'policy', '--version', '0'])
    }
    const login = await push()
    await person.goTo(login.url)
    await person.fillIn(username, server.password)
    await person.page.click('#allow')
    assert.equal((await login.finish(person)).claims().acr, single)
  })

  test('a workflow that an operator applies takes password and code on one page and does not say which was wrong', async (t) => {
    const username = await createUser('at-once')
    const person = await Person.open(t, browser)
    await person.goTo((await push(demandStrong)).url)
    await person.fillIn(username, server.password)
    await person.page.click('#totp')
    const key = await person.page.textContent('.user-code')
    await person.page.fill('#code', await appCode(key))
    await person.page.click('#confirm')
    await person.page.click('#allow')
    await signet(['workflows', 'apply', join(import.meta.dirname, '../../../docs/workflows/login-at-once.json')])
    try {
      await person.forgetSessions()
      const login = await push(demandStrong)
      await person.goTo(login.url)
      await person.look('login-at-once')
      const later = await appCode(key, 30)
      for (const [password, code] of [[server.password, '000000'], ['wrong', later]]) {
        await person.page.fill('#code', code)
        await person.fillIn(username, password)
        await person.page.waitForSelector('[role=alert]')
      }
      await person.look('login-at-once-refused')
      await person.page.fill('#code', later)
      await person.fillIn(username, server.password)
      assertStrong(await login.finish(person), 'pwd', 'otp')
    } finally {
      await signet(['workflows', 'rollback', 'login', '--kind', 'workflow', '--version', '0'])
    }
  })

  test('a page without cache is 40 kB at most, and each page after the first is one request', async (t) => {
    const username = await createUser('measured')
    const person = await Person.open(t, browser)
    const arrive = async (selector) => {
      await person.page.waitForSelector(selector)
      await person.page.waitForLoadState('networkidle')
      return person.takeAnswers()
    }
    await person.goTo((await push(demandStrong)).url)
    const first = await arrive('#login')
    const octets = first.reduce((sum, answer) => sum + answer.octets, 0)
    t.diagnostic(`the first page: ${first.length} requests, ${octets} octets`)
    assert.ok(octets > 0 && octets <= 40_000, `${octets} octets: ${JSON.stringify(first)}`)
    const later = []
    await person.fillIn(username, server.password)
    later.push(['choose-enrolment', await arrive('#totp')])
    await person.page.click('#totp')
    later.push(['enrol-totp', await arrive('.user-code')])
    await person.page.fill('#code', await appCode(await person.page.textContent('.user-code')))
    await person.page.click('#confirm')
    later.push(['consent', await arrive('#allow')])
    for (const [name, answers] of later) {
      const sum = answers.reduce((total, answer) => total + answer.octets, 0)
      t.diagnostic(`${name}: ${answers.length} requests, ${sum} octets`)
      assert.equal(answers.length, 1, `${name}: ${JSON.stringify(answers)}`)
      assert.ok(sum <= 40_000)
    }
  })
})
