// The code of README.md and docs/web-kit.md, compiled by `npm test` against the package as it is published.
// [element]
import { BackendAccessTokenProvider } from '@signet/kit'
import '@signet/kit/element'

const login = document.querySelector('signet-login')!
const tokenEndpoint = 'https://login.bank.example/token'
login.accessTokens = new BackendAccessTokenProvider({ url: '/api/token', tokenEndpoint })
login.addEventListener('signet-response', ({ detail }) => {
  void fetch('/api/finish', { method: 'POST', body: JSON.stringify(detail) }) // the backend redeems the code
})
await login.start(async () => (await fetch('/api/authorization', { method: 'POST' })).json())
// [end]

// [flow]
import { AuthenticationFlow, loadDpopKey, type AccessTokenProvider } from '@signet/kit'

export async function logIn(accessTokens: AccessTokenProvider, username: string, password: string) {
  const flow = new AuthenticationFlow({ issuer: 'https://login.bank.example', accessTokens, key: await loadDpopKey() })
  let snapshot = await flow.start({ client_id: 'bank-app', request_uri: 'urn:ietf:params:oauth:request_uri:…' })
  while (snapshot.phase === 'step') {
    const { actions, problem } = snapshot.step
    const form = actions.find((action) => action.kind === 'login')
    if (problem || !form) break // something a person has to look at
    snapshot = await flow.submit(form, { username, password })
  }
  return snapshot.phase === 'done' ? snapshot.response : undefined
}
// [end]

// [view]
import { StepView, textsFor } from '@signet/kit'

export function show(flow: AuthenticationFlow, container: HTMLElement) {
  const view = new StepView({
    container,
    texts: textsFor('de'),
    supports: (action) => flow.supports(action),
    onSubmit: (action, values) => void flow.submit(action, values),
    onFollow: (link) => void flow.follow(link),
  })
  return flow.subscribe((snapshot) => view.show(snapshot))
}
// [end]

// [operation]
import { standardOperations, type Operations } from '@signet/kit'

export const operations: Operations = {
  ...standardOperations,
  'device-signature': async (args, { signal }) => {
    signal.throwIfAborted()
    return `signed:${String(args['challenge'])}`
  },
}
// [end]
