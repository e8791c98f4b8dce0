import { AuthenticationFlow } from '../../dist/index.js'
import { FakeServer } from './fake_server.js'

/** A fresh server and a flow at it. */
export async function begin(t, options = {}) {
  const server = await FakeServer.start()
  t.after(() => server.stop())
  const flow = new AuthenticationFlow({ issuer: server.issuer, accessTokens: server.accessTokens, ...options })
  t.after(() => flow.stop())
  return { server, flow }
}

/** What start gives when the first answer is this. */
export async function startWith(t, answer, options) {
  const { server, flow } = await begin(t, options)
  server.on('/authorize', typeof answer === 'function' ? answer(server) : answer)
  const snapshot = await flow.start({ client_id: 'app', request_uri: 'urn:x', state: 'the-state' })
  return { server, flow, snapshot }
}

/** The code of the error a snapshot or a rejection has. */
export const codeOf = (snapshot) => snapshot.error?.code ?? snapshot.step?.error?.code
export const rejection = (promise) => promise.then(() => 'no error', (error) => error.code ?? String(error))
