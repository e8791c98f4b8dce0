// Importing this defines <signet-login>.
import { SignetLogin } from './element.js'

if (!customElements.get('signet-login')) customElements.define('signet-login', SignetLogin)

export { SignetLogin, type SignetLoginEventMap } from './element.js'
