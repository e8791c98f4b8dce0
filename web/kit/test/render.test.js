import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JSDOM } from 'jsdom'
import { KitError, kitTexts, StepView, textsFor } from '../dist/index.js'
import { afterProblem } from '../dist/next_step.js'
import { parseProblem, parseRepresentation } from '../dist/parse_representation.js'
import { makeStep } from '../dist/snapshot.js'
import { field, form, heading, operation, polling, problem, selector, step } from './support/build.js'

const origin = { issuer: new URL('https://as.test'), url: new URL('https://as.test/login') }
const evil = '<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>'

/** A view in a page of its own. */
function open(more = {}, html = '<main></main>') {
  const { window } = new JSDOM(html, { runScripts: 'outside-only' })
  const { document } = window
  const container = document.querySelector('main')
  const calls = []
  const options = {
    container,
    texts: kitTexts.en,
    supports: ({ template, operation: name }) => template === 'form' || (template === 'client-operation' && name.startsWith('webauthn')),
    onSubmit: (action, values) => calls.push([action, values]),
    onFollow: (link) => calls.push([link]),
    ...more,
  }
  const view = new StepView(options)
  const all = (selectors) => [...container.querySelectorAll(selectors)]
  const labelled = (text) => {
    const label = all('label').find((each) => each.textContent === text)
    return label && document.getElementById(label.htmlFor)
  }
  const button = (text) => all('button, a').find((each) => each.textContent === text)
  const show = (json) => {
    const snapshot = { phase: 'step', step: makeStep(parseRepresentation(json, origin)) }
    view.show(snapshot)
    return snapshot
  }
  const refuse = (snapshot, name, json = {}) => {
    const next = afterProblem(parseProblem(problem(name, json).json, 400, origin), snapshot.step, snapshot.step.actions[0])
    view.show(next)
    return next
  }
  return { window, document, container, view, calls, all, labelled, button, show, refuse }
}

const login = form('/login', [field('username', 'user'), field('password', 'pass'), field('hidden', 'csrf', { value: 'secret-1' })], { kind: 'login', actionTitle: 'Sign in' })

test('a form has labelled inputs for what the user fills in, and nothing for what is hidden', () => {
  const page = open()
  page.show(step([login], { messages: [heading('Welcome')] }))
  assert.equal(page.all('h2')[0].textContent, 'Welcome')
  assert.equal(page.labelled('Label of user').autocomplete, 'username')
  assert.equal(page.labelled('Label of pass').type, 'password')
  assert.equal(page.labelled('Label of pass').autocomplete, 'current-password')
  assert.ok(!page.container.innerHTML.includes('secret-1'))
})

test('what is entered is given to the app with the action, and the page does not go anywhere', () => {
  const page = open()
  const { step: shown } = page.show(step([login]))
  page.labelled('Label of user').value = 'alice'
  page.labelled('Label of pass').value = 'p'
  page.button('Sign in').click()
  assert.deepEqual(page.calls, [[shown.actions[0], { user: 'alice', pass: 'p' }]])
  assert.equal(page.all('form')[0].getAttribute('action'), null)
})

test('each field has the attributes of its kind', () => {
  const page = open()
  page.show(
    step([
      form('/a', [
        field('text', 'code', { kind: 'number', minLength: 6, maxLength: 6, placeholder: '123456', autocomplete: 'one-time-code', help: 'From the app' }),
        field('text', 'mail', { kind: 'email', value: 'a@b.test' }),
        field('text', 'color', { kind: 'color' }),
        field('checkbox', 'keep', { checked: true, value: 'yes' }),
        field('checkbox', 'must', { checked: true, readonly: true }),
        field('select', 'lang', { options: [{ value: 'a', label: 'A' }, { value: 'b', label: 'B', selected: true }] }),
      ]),
    ]),
  )
  const code = page.labelled('Label of code')
  assert.deepEqual([code.type, code.inputMode ?? code.getAttribute('inputmode'), code.minLength, code.maxLength, code.autocomplete], ['text', 'numeric', 6, 6, 'one-time-code'])
  assert.equal(page.document.getElementById(code.getAttribute('aria-describedby')).textContent, 'From the app')
  assert.deepEqual([page.labelled('Label of mail').type, page.labelled('Label of mail').value], ['email', 'a@b.test'])
  assert.equal(page.labelled('Label of color').type, 'text')
  assert.deepEqual([page.labelled('Label of keep').checked, page.labelled('Label of must').disabled], [true, true])
  assert.equal(page.labelled('Label of lang').value, 'b')
  page.button('Continue').click()
  assert.equal(page.calls[0][1].lang, 'b')
  assert.equal(page.calls[0][1].must, true)
})

test('what the server says of an action is drawn: what comes first, what takes away, and a sentence', () => {
  const page = open()
  const action = (title, properties) => ({ ...form('/a', [], { title }), properties })
  page.show(step([action('First', { main: true }), action('Remove', { dangerous: true, text: 'For good' }), action('Other', {})]))
  assert.deepEqual(['First', 'Remove', 'Other'].map((text) => page.button(text).className), ['primary', 'dangerous', 'secondary'])
  assert.equal(page.document.getElementById(page.button('Remove').getAttribute('aria-describedby')).textContent, 'For good')
})

test('a page with several headings keeps them in order', () => {
  const page = open()
  page.show(step([], { messages: [heading('Your account'), heading('Factors'), { text: 'Laptop', classList: ['info'] }, heading('Apps')] }))
  assert.deepEqual(page.all('h2, h3, p.message.info').map(({ tagName, textContent }) => `${tagName} ${textContent}`), ['H2 Your account', 'H3 Factors', 'P Laptop', 'H3 Apps'])
})

test('a required field that is empty is not sent', () => {
  const page = open()
  page.show(step([form('/a', [field('text', 'x', { required: true })])]))
  page.button('Continue').click()
  assert.deepEqual(page.calls, [])
  page.labelled('Label of x').value = 'v'
  page.button('Continue').click()
  assert.equal(page.calls.length, 1)
})

test('after a problem with new forms the entries are kept, and the page is not said twice', () => {
  const page = open()
  const snapshot = page.show(step([login], { messages: [heading('Sign in')] }))
  page.labelled('Label of user').value = 'alice'
  page.refuse(snapshot, 'invalid-input', { title: 'Sign in', detail: 'Enter both.', actions: [login], messages: [heading('Sign in'), { text: 'Enter both.', classList: ['error'] }] })
  assert.equal(page.labelled('Label of user').value, 'alice')
  assert.equal(page.container.textContent.split('Enter both.').length, 2)
  assert.equal(page.all('h2').length, 1)
  assert.equal(page.all('[role=alert]')[0].textContent, 'Enter both.')
})

test('a value for autocomplete that is no token is left out', () => {
  const page = open()
  page.show(step([form('/a', [field('text', 'x', { autocomplete: '" onfocus="alert(1)' })])]))
  assert.equal(page.labelled('Label of x').getAttribute('autocomplete'), null)
})

test('text of the server is never markup, wherever it stands', () => {
  const page = open()
  const fields = ['text', 'username', 'password', 'checkbox'].map((type) => field(type, evil + type, { label: evil, value: evil, placeholder: evil, help: evil, kind: evil, autocomplete: evil }))
  const snapshot = page.show(
    step(
      [
        form('/a', [...fields, field('select', 's', { label: evil, options: [{ value: evil, label: evil }] })], { title: evil, actionTitle: evil }),
        selector(evil, [form('/b', [], { title: evil, kind: evil })]),
        operation(evil, {}, [form('/c', [field('context', 'x')])], [form('/d', [], { title: evil })]),
        { template: evil, title: evil },
      ],
      { messages: [heading(evil), { text: evil, classList: [evil, 'info'] }], links: [{ rel: evil, href: '/x', title: evil }, { rel: 'q', href: 'data:image/png;base64,AAAA', title: evil }] },
    ),
  )
  page.refuse(snapshot, 'invalid-input', { title: evil, detail: evil, messages: [{ text: evil }], invalidFields: [{ name: `${evil}text`, detail: evil }] })
  assert.deepEqual(page.all('script, img:not(.picture), iframe, object, style, link'), [])
  for (const node of page.all('*')) {
    for (const { name, value } of node.attributes) {
      assert.ok(!/^(on|style|srcdoc|formaction|action)/.test(name), name)
      assert.ok(['placeholder', 'alt', 'value'].includes(name) || !value.includes('<'), `${name}="${value}"`)
    }
  }
  assert.equal(page.window.hacked, undefined)
  assert.ok(page.container.textContent.includes('<script>'))
})

test('links that the parser let through are safe as elements, and others are not there', () => {
  const page = open()
  const bad = ['javascript:alert(1)', 'data:text/html,x', 'http://bank.test/'].map((href) => ({ rel: 'bad', href, title: 'bad' }))
  page.show(step([], { links: [...bad, { rel: 'imprint', href: 'https://bank.test/', title: 'Imprint' }, { rel: 'activation', href: 'data:image/svg+xml,%3Csvg/%3E', title: 'QR code' }, { rel: 'forgot', href: '/forgot', title: 'Forgot?' }] }))
  assert.equal(page.button('bad'), undefined)
  const outside = page.button('Imprint')
  assert.deepEqual([outside.href, outside.target, outside.rel], ['https://bank.test/', '_blank', 'noopener noreferrer'])
  const [picture] = page.all('img')
  assert.deepEqual([picture.alt, picture.src.slice(0, 14)], ['QR code', 'data:image/svg'])
  page.button('Forgot?').click()
  assert.equal(page.calls[0][0].rel, 'forgot')
})

test('the first empty input has the focus', () => {
  const page = open()
  page.show(step([form('/a', [field('username', 'user', { value: 'alice' }), field('password', 'pass')])]))
  assert.equal(page.document.activeElement, page.labelled('Label of pass'))
})

test('the focus is not taken from another part of the page when the login begins', () => {
  const page = open({}, '<input id="search"><main></main>')
  page.document.getElementById('search').focus()
  page.show(step([login]))
  assert.equal(page.document.activeElement.id, 'search')
})

test('a step without inputs gives the focus to its heading', () => {
  const page = open()
  page.show(step([form('/a', [], { title: 'Allow' })], { messages: [heading('Allow access?')] }))
  assert.equal(page.document.activeElement.tagName, 'H2')
})

test('wrong credentials are said in an alert, keep the name, empty the password and give it the focus', () => {
  const page = open()
  const snapshot = page.show(step([login]))
  page.labelled('Label of user').value = 'alice'
  page.labelled('Label of pass').value = 'wrong'
  page.refuse(snapshot, 'incorrect-credentials')
  assert.equal(page.all('[role=alert]')[0].textContent, 'Title of incorrect-credentials')
  assert.equal(page.labelled('Label of user').value, 'alice')
  const password = page.labelled('Label of pass')
  assert.deepEqual([password.value, password.getAttribute('aria-invalid')], ['', 'true'])
  assert.equal(page.document.activeElement, password)
})

test('an invalid field is marked, described and focused', () => {
  const page = open()
  const snapshot = page.show(step([form('/a', [field('text', 'ok', { value: 'x' }), field('text', 'bad', { value: 'y', help: 'Help' })])]))
  page.refuse(snapshot, 'invalid-input', { invalidFields: [{ name: 'bad', reason: 'invalidValue', detail: 'Six digits.' }] })
  const bad = page.labelled('Label of bad')
  assert.equal(bad.getAttribute('aria-invalid'), 'true')
  const described = bad.getAttribute('aria-describedby').split(' ').map((id) => page.document.getElementById(id).textContent)
  assert.deepEqual(described, ['Six digits.', 'Help'])
  assert.equal(page.labelled('Label of ok').getAttribute('aria-invalid'), null)
  assert.equal(page.document.activeElement, bad)
})

test('an entry is not carried over to another step whose field has the same name', () => {
  const page = open()
  page.show(step([login]))
  page.labelled('Label of user').value = 'alice'
  page.show(step([form('/other', [field('username', 'user')])]))
  assert.equal(page.labelled('Label of user').value, '')
})

test('while a request is under way nothing can be pressed and the form stays', () => {
  const page = open()
  const snapshot = page.show(step([login]))
  page.view.show({ phase: 'working', step: snapshot.step })
  assert.equal(page.container.getAttribute('aria-busy'), 'true')
  assert.ok(page.all('button').every(({ disabled }) => disabled))
  assert.ok(page.labelled('Label of user'))
  page.view.show(snapshot)
  assert.equal(page.container.getAttribute('aria-busy'), 'false')
  assert.ok(page.all('button').every(({ disabled }) => !disabled))
})

test('a poll that brings nothing new leaves page and focus alone', () => {
  const page = open()
  const cancel = form('/cancel', [], { kind: 'cancel', title: 'Cancel' })
  const waiting = (seconds) => polling({ recipientOfCommunication: 'Phone', maxWaitRemainingTime: seconds }, [form('/poll', [], { kind: 'poll', title: 'Check now' }), cancel])
  page.show(waiting(60))
  assert.equal(page.all('[role=status]')[0].textContent, 'Waiting for Phone …')
  assert.equal(page.button('Check now'), undefined)
  const button = page.button('Cancel')
  button.focus()
  page.show(waiting(58))
  assert.equal(page.button('Cancel'), button)
  assert.equal(page.document.activeElement, button)
})

test('a poll that brings only new hidden values leaves the page alone, and the new ones are sent', () => {
  const page = open()
  const waiting = (version) => polling({}, [form('/poll', [], { kind: 'poll' }), selector('S', [form('/cancel', [field('hidden', 'version', { value: version })], { title: 'Cancel' })])])
  page.show(waiting('1'))
  const button = page.button('Cancel')
  page.show(waiting('2'))
  assert.equal(page.button('Cancel'), button)
  button.click()
  assert.equal(page.calls[0][0].fields[0].value, '2')
})

test('when polling has stopped the user can ask by hand', () => {
  const page = open()
  const { step: waiting } = page.show(polling({}, [form('/poll', [], { kind: 'poll', title: 'Check now' })]))
  page.view.show({ phase: 'step', step: { ...waiting, error: new KitError('polling-expired', ''), polling: { ...waiting.polling, isWaiting: false } } })
  assert.equal(page.all('[role=alert]')[0].textContent, kitTexts.en.expired)
  page.button('Check now').click()
  assert.equal(page.calls[0][0].kind, 'poll')
})

test('a choice is a named group of buttons', () => {
  const page = open()
  page.show(step([selector('How?', [form('/a', [], { title: 'App' }), form('/b', [], { title: 'Key' })])]))
  const [group] = page.all('[role=group]')
  assert.equal(page.document.getElementById(group.getAttribute('aria-labelledby')).textContent, 'How?')
  page.button('Key').click()
  assert.equal(page.calls[0][0].href, 'https://as.test/b')
})

test('an operation is a button, with the fields of the form it goes on with', () => {
  const page = open()
  page.show(step([operation('webauthn-registration', {}, [form('/a', [field('context', 'credential'), field('text', 'name')])])]))
  assert.equal(page.labelled('Label of credential'), undefined)
  page.labelled('Label of name').value = 'My key'
  page.button('Operation webauthn-registration').click()
  assert.deepEqual(page.calls[0][1], { name: 'My key' })
})

const instead = form('/browser', [], { title: 'In the browser' })
for (const [name, action] of Object.entries({
  'an unknown template': { template: 'hologram', title: 'Hologram', model: { errorActions: [instead] } },
  'an unknown type of field': form('/a', [field('hologram', 'x')], { title: 'Hologram', errorActions: [instead] }),
  'an unknown operation': { ...operation('hologram', {}, [form('/a', [field('context', 'c')])], [instead]), title: 'Hologram' },
  'a context without an operation': form('/a', [field('context', 'credential')], { title: 'Hologram', errorActions: [instead] }),
})) {
  test(`for ${name} the page offers what the server offers instead`, () => {
    const page = open({ onBrowser: () => page.calls.push(['browser']) })
    page.show(step([action]))
    assert.match(page.container.textContent, /Hologram: This step cannot be done here/)
    assert.equal(page.all('input').length, 0)
    assert.equal(page.button(kitTexts.en.browser), undefined)
    page.button('In the browser').click()
    assert.equal(page.calls[0][0].href, 'https://as.test/browser')
  })
}

test('when nothing on the page can be done, the login by redirect is offered', () => {
  const page = open({ onBrowser: () => page.calls.push(['browser']) })
  page.show(step([{ template: 'hologram' }, form('/cancel', [], { kind: 'cancel', title: 'Cancel' })]))
  page.button(kitTexts.en.browser).click()
  assert.deepEqual(page.calls, [['browser']])
})

test('a failure is an alert with the words of the server and a way to start again', () => {
  const page = open({ onRestart: () => page.calls.push(['restart']) })
  const failure = parseProblem(problem('authentication-failed').json, 400, origin)
  page.view.show({ phase: 'failed', error: new KitError('problem', 'internal words'), problem: failure })
  assert.equal(page.all('[role=alert]')[0].textContent, 'Title of authentication-failed')
  assert.equal(page.document.activeElement.getAttribute('role'), 'alert')
  page.button(kitTexts.en.restart).click()
  assert.deepEqual(page.calls, [['restart']])
})

test('words for developers are not shown to users', () => {
  const page = open()
  for (const code of ['malformed', 'network', 'operation-refused', 'foreign-address']) {
    page.view.show({ phase: 'failed', error: new KitError(code, 'internal words') })
    assert.ok(!page.container.textContent.includes('internal words'))
    assert.ok(page.container.textContent)
  }
})

test('every language has every text, and an unknown language is English', () => {
  const names = Object.keys(kitTexts.en)
  for (const [language, texts] of Object.entries(kitTexts)) {
    assert.deepEqual(Object.keys(texts), names, language)
    assert.ok(Object.values(texts).every(Boolean))
    assert.ok(texts.waiting.includes('{}'))
  }
  assert.equal(textsFor('de-AT'), kitTexts.de)
  assert.equal(textsFor('xx'), kitTexts.en)
  assert.equal(textsFor('__proto__'), kitTexts.en)
})

test('no two elements have the same id, and every reference is there', () => {
  const page = open()
  const snapshot = page.show(step([login, form('/b', [field('text', 'a', { help: 'h' })], { title: 'T' }), selector('S', [form('/c')])]))
  page.refuse(snapshot, 'invalid-input', { invalidFields: [{ name: 'a' }, { name: 'user' }] })
  const ids = page.all('[id]').map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const name of ['for', 'aria-describedby', 'aria-labelledby']) {
    for (const node of page.all(`[${name}]`)) for (const id of node.getAttribute(name).split(' ')) assert.ok(ids.includes(id), `${name} ${id}`)
  }
})
