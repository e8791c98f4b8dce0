// Pieces of representations, as a server writes them.

export const field = (type, name, more = {}) => ({ type, name, label: `Label of ${name}`, ...more })
export const form = (href, fields = [], { kind = 'continue', title = '', ...model } = {}) => ({
  template: 'form',
  kind,
  title,
  model: { href, method: 'POST', type: 'application/x-www-form-urlencoded', actionTitle: '', fields, ...model },
})
export const selector = (title, options) => ({ template: 'selector', kind: 'select-authenticator', title, model: { options } })
export const operation = (name, args, continueActions, errorActions = []) => ({
  template: 'client-operation',
  kind: 'login',
  title: `Operation ${name}`,
  model: { name, arguments: args, continueActions, errorActions },
})
export const heading = (text) => ({ text, classList: ['heading'] })
export const step = (actions, more = {}) => ({
  type: 'authentication-step',
  metadata: { viewName: 'test' },
  properties: {},
  actions,
  links: [],
  messages: [],
  ...more,
})
export const redirection = (href, fields = [], model = {}) =>
  step([form(href, fields, { kind: 'redirect', ...model })], { type: 'redirection-step' })
export const polling = (properties, actions = [form('/poll', [], { kind: 'poll' })]) =>
  step(actions, { type: 'polling-step', properties: { status: 'pending', interval: 1000, maxWaitRemainingTime: 60, ...properties } })
export const response = (iss, properties = {}, links = []) => ({
  ...step([], { links }),
  type: 'oauth-authorization-response',
  properties: { code: 'the-code', state: 'the-state', iss, ...properties },
})
/** An answer of the fake server that is a problem. */
export const problem = (name, { status = 400, ...more } = {}) => ({
  status,
  type: 'application/problem+json',
  json: { type: `https://curity.se/problems/${name}`, title: `Title of ${name}`, ...more },
})
