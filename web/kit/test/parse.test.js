import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAction } from '../dist/parse_action.js'
import { parseProblem, parseRepresentation } from '../dist/parse_representation.js'
import { field, form, operation, polling, redirection, response, selector, step } from './support/build.js'

const origin = { issuer: new URL('https://as.test/main'), url: new URL('https://as.test/main/login/1') }
const parse = (json) => parseRepresentation(json, origin)
const only = (action) => parse(step([action])).actions[0]

const foreign = [
  'https://evil.test/login',
  '//evil.test/login',
  '\\\\evil.test\\login',
  'https://as.test.evil.test/',
  'https://as.test@evil.test/',
  'https://user:secret@as.test/login',
  'https://user@as.test/login',
  'https://as.test:8443/login',
  'http://as.test/login',
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' \tjavascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://as.test/1234',
  'file:///etc/passwd',
  'https://[',
]
for (const href of foreign) {
  test(`a form that leads to ${JSON.stringify(href)} makes the whole answer refused, however deep it is`, () => {
    const refused = { code: 'foreign-address' }
    assert.throws(() => parse(step([form(href)])), refused)
    assert.throws(() => parse(step([selector('x', [selector('y', [form(href)])])])), refused)
    assert.throws(() => parse(step([operation('webauthn-authentication', {}, [form('/a', [field('context', 'c')])], [form(href)])])), refused)
    assert.throws(() => parse(step([{ template: 'new', model: { errorActions: [form(href)] } }])), refused)
    assert.throws(() => parse(step([form('/a', [], { continueActions: [form(href)] })])), refused)
  })
}

for (const href of ['next', '/main/login/next', '?a=1', 'https://as.test/main/login/next']) {
  test(`the address ${href} stays at the issuer`, () => assert.ok(only(form(href)).href.startsWith('https://as.test/main/login/') ))
}

test('links become what they may be, and nothing else', () => {
  const links = [
    { rel: 'forgot-password', href: '/forgot', title: 'Forgot?' },
    { rel: 'imprint', href: 'https://bank.test/imprint' },
    { rel: 'activation', href: 'data:image/svg+xml;base64,AAAA', type: 'image/svg+xml' },
    { rel: 'logo', href: 'https://cdn.test/logo.png', type: 'image/png' },
    ...['javascript:alert(1)', 'data:text/html,x', 'data:image', 'http://bank.test/', 'vbscript:x', '', 'https://a:b@bank.test/'].map((href) => ({ rel: 'bad', href })),
    { rel: 'bad', href: 7 },
    { rel: 'authorization-response', href: 'https://app.test/cb?code=1' },
  ]
  const parsed = parse(step([], { links })).links
  assert.deepEqual(parsed.map(({ kind, rel }) => [kind, rel]), [
    ['step', 'forgot-password'],
    ['outside', 'imprint'],
    ['picture', 'activation'],
    ['picture', 'logo'],
  ])
})

test('what is not known becomes an unsupported action that keeps what is offered instead', () => {
  const instead = form('/browser', [field('hidden', '_force_external_browser_flow', { value: 'true' })])
  const unknown = [
    { template: 'hologram', title: 'T', model: { errorActions: [instead] } },
    form('/a', [field('hologram', 'x')], { title: 'T', errorActions: [instead] }),
    form('/a', [], { title: 'T', method: 'PATCH', errorActions: [instead] }),
    form('/a', [], { title: 'T', type: 'multipart/form-data', errorActions: [instead] }),
    form('/a', [field('context', 'credential')], { title: 'T', errorActions: [instead] }),
    { template: 'selector', title: 'T', model: { options: [], errorActions: [instead] } },
    { ...operation('webauthn-authentication', {}, [form('/a')], [instead]), title: 'T' },
    { ...operation('webauthn-authentication', {}, [], [instead]), title: 'T' },
    { ...operation('webauthn-authentication', {}, [form('/a', [field('context', 'a'), field('context', 'b')])], [instead]), title: 'T' },
  ]
  for (const action of unknown.map(only)) {
    assert.equal(action.template, 'unsupported', action.reason)
    assert.equal(action.title, 'T')
    assert.equal(action.errorActions[0].fields[0].name, '_force_external_browser_flow')
  }
})

test('a type of field that is not known is text, when the server offers nothing better', () => {
  const [unknown] = only(form('/a', [field('hologram', 'x', { maxLength: 9 })])).fields
  assert.deepEqual([unknown.type, unknown.maxLength], ['text', 9])
})

test('an unknown type of representation, unknown members and missing ones do not matter', () => {
  const parsed = parse({ type: 'hologram-step', actions: [form('/a')], future: { a: 1 } })
  assert.equal(parsed.type, 'hologram-step')
  assert.equal(parsed.actions.length, 1)
  assert.deepEqual([parsed.links, parsed.messages, parsed.viewName], [[], [], ''])
})

test('members that every object inherits are not taken for members', () => {
  assert.equal(parse({ type: 'x', properties: {} }).properties.toString !== undefined, true)
  assert.equal(only({ template: 'constructor', title: 'T' }).template, 'unsupported')
  const parsed = parse(JSON.parse('{"type":"x","__proto__":{"viewName":"bad"},"metadata":{"__proto__":{"viewName":"bad"}}}'))
  assert.equal(parsed.viewName, '')
  assert.equal({}.viewName, undefined)
})

for (const json of [null, [], 'text', 7, {}, { type: 7 }, { type: '' }]) {
  test(`${JSON.stringify(json)} is no representation`, () => assert.throws(() => parse(json), { code: 'malformed' }))
}

test('a field without a name is refused', () => assert.throws(() => only(form('/a', [{ type: 'text' }])), { code: 'malformed' }))

test('actions within actions end somewhere', () => {
  let deep = form('/a')
  for (let i = 0; i < 50; ++i) deep = selector('x', [deep])
  assert.throws(() => only(deep), { code: 'malformed' })
})

for (const list of ['actions', 'links', 'messages']) {
  test(`more ${list} than a page can show are refused`, () => {
    const item = list === 'actions' ? form('/a') : { text: 'x', rel: 'x', href: '/a' }
    assert.throws(() => parse({ ...step([]), [list]: Array(201).fill(item) }), { code: 'malformed' })
  })
}

test('a problem has the end of its type as its name, whoever its type belongs to', () => {
  for (const type of ['https://curity.se/problems/invalid-input', 'https://as.test/p#invalid-input', 'urn:x:invalid-input', 'invalid-input']) {
    assert.equal(parseProblem({ type }, 400, origin).name, 'invalid-input')
  }
  assert.equal(parseProblem({}, 400, origin).name, 'unexpected')
})

// Property: whatever is changed in a good answer, reading it gives a model of known parts at the issuer, or a KitError.
const junk = [null, true, 0, -1, 1e308, '', 'x', [], {}, [null], [[]], { a: 1 }, 'javascript:alert(1)', '<img src=x onerror=alert(1)>', '__proto__', '\u0000', '\ud800']
const samples = [
  step([form('/a', [field('text', 't'), field('password', 'p'), field('checkbox', 'c'), field('select', 's', { options: [{ value: 'v', label: 'l' }] })])], { links: [{ rel: 'r', href: '/x' }], messages: [{ text: 'm', classList: ['info'] }] }),
  step([selector('s', [form('/a'), operation('webauthn-registration', { credentialCreationOptions: { publicKey: {} } }, [form('/b', [field('context', 'credential')])], [form('/c')])])]),
  polling({ recipientOfCommunication: 'phone' }),
  redirection('/r', [field('hidden', 'h', { value: 'v' })]),
  response('https://as.test/main'),
]

/** A generator whose numbers are the same in every run. */
function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
}

function mutate(json, pick) {
  const nodes = []
  const visit = (value) => {
    for (const key of Object.keys(value)) {
      nodes.push([value, key])
      if (typeof value[key] === 'object' && value[key] !== null) visit(value[key])
    }
  }
  visit(json)
  const [parent, key] = nodes[pick(nodes.length)]
  const choice = pick(3)
  if (choice === 0) delete parent[key]
  else if (choice === 1) parent[key] = structuredClone(junk[pick(junk.length)])
  else parent[`${key}${pick(9)}`] = structuredClone(parent[key])
}

function checkModel(actions) {
  for (const action of actions) {
    assert.ok(['form', 'selector', 'client-operation', 'unsupported'].includes(action.template))
    assert.equal(typeof action.title, 'string')
    if (action.template === 'form') {
      assert.equal(new URL(action.href).origin, 'https://as.test')
      for (const each of action.fields) {
        assert.ok(['hidden', 'text', 'username', 'password', 'checkbox', 'select', 'context'].includes(each.type))
        assert.equal(typeof each.name + typeof each.label + typeof each.value, 'stringstringstring')
      }
    }
    checkModel([...(action.options ?? []), ...(action.errorActions ?? []), ...(action.continueActions ?? [])])
  }
}

test('thousands of broken answers are read or refused, and never break the reader', () => {
  let read = 0
  for (let seed = 1; seed <= 5000; ++seed) {
    const pick = random(seed)
    const json = structuredClone(samples[pick(samples.length)])
    for (let i = pick(4); i >= 0; --i) mutate(json, pick)
    try {
      const parsed = parse(json)
      checkModel(parsed.actions)
      assert.ok(parsed.links.every(({ href }) => /^(https:|data:image\/)/.test(href)))
      ++read
    } catch (error) {
      assert.equal(error.name, 'KitError', `seed ${seed}: ${error.stack}`)
    }
  }
  assert.ok(read > 1000, `only ${read} were read`)
})

test('any JSON value in place of an action is an action or refused', () => {
  for (const value of junk) assert.equal(parseAction(value, origin).template, 'unsupported')
})
