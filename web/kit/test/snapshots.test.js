// What the server's renderer really writes (tests/server/snapshots/hypermedia): the kit understands all of it.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseProblem, parseRepresentation } from '../dist/parse_representation.js'

const folder = new URL('../../../tests/server/snapshots/hypermedia/', import.meta.url)
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
const origin = { issuer: new URL('https://as.example'), url: new URL('https://as.example/login/h1') }

const flatten = (actions) =>
  actions.flatMap((action) => [action, ...flatten([...(action.options ?? []), ...(action.errorActions ?? []), ...(action.continueActions ?? [])])])

test('the server and the kit meet', { skip: names.length === 0 && 'the server does not render yet' }, async (t) => {
  for (const name of names) {
    await t.test(`${name} has nothing that the kit does not know`, () => {
      const json = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
      const page = name.startsWith('problem') ? parseProblem(json, json.status, origin) : parseRepresentation(json, origin)
      const unknown = flatten(page.actions).filter(({ template }) => template === 'unsupported')
      assert.deepEqual(unknown, [])
      assert.equal(page.actions.length, (json.actions ?? []).length)
      const links = (json.links ?? []).filter(({ rel }) => rel !== 'authorization-response')
      assert.equal(page.links.length, links.length)
      assert.equal(page.messages.length, (json.messages ?? []).length)
    })
  }
})
