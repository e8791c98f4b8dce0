// A login inside the app: the backend pushes the request and gets the API token, the browser does everything else.
import { BackendAccessTokenProvider, loadDpopKey } from '../dist/index.js'
import '../dist/define.js'

const result = document.querySelector('#result')
const login = document.querySelector('signet-login')
const post = (path, json) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })

const { issuer, tokenEndpoint, authorizationEndpoint } = await (await fetch('/api/settings')).json()
login.setAttribute('issuer', issuer)
login.setAttribute('authorization-endpoint', authorizationEndpoint)
login.accessTokens = new BackendAccessTokenProvider({ url: '/api/token', tokenEndpoint })
login.key = await loadDpopKey()

login.addEventListener('signet-response', async ({ detail }) => {
  const response = await post('/api/finish', detail)
  result.textContent = (await response.json()).message
})
await login.start(async () => (await post('/api/authorization', {})).json())
