// What the pages do with a script: passkeys and security keys, waiting pages that go on by themselves, a look at what
// was typed as a password, one answer to two clicks. Everything else works without it.
'use strict'
;(() => {
  const inForms = (selector) => document.querySelectorAll(selector)

  // A form that is on its way is not sent again: its client would hear the same answer twice. Who has stopped that way,
  // or is led to an app while the page stays, may try again after a while; who comes back to the page, at once. A button
  // keeps the focus meanwhile.
  const onTheirWay = new Map()

  function release(form) {
    onTheirWay.get(form)?.removeAttribute('aria-disabled')
    onTheirWay.delete(form)
  }

  function claim(form, button) {
    if (onTheirWay.has(form)) return false
    onTheirWay.set(form, button)
    button?.setAttribute('aria-disabled', 'true')
    setTimeout(release, 10_000, form)
    return true
  }

  document.addEventListener('submit', (event) => {
    if (!event.defaultPrevented && !claim(event.target, event.submitter)) event.preventDefault()
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const form of [...onTheirWay.keys()]) release(form)
  })

  function send(form) {
    if (claim(form)) HTMLFormElement.prototype.submit.call(form)
  }

  // Binary members of WebAuthn's JSON are base64url (Web Authentication Level 3, 5.1.8). Older browsers leave the
  // conversion to the page.
  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
  const encode = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '')
  const decodeIds = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }))

  function readCreation(json) {
    if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json)
    return {
      ...json,
      challenge: decode(json.challenge),
      user: { ...json.user, id: decode(json.user.id) },
      excludeCredentials: decodeIds(json.excludeCredentials),
    }
  }

  function readRequest(json) {
    if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json)
    return { ...json, challenge: decode(json.challenge), allowCredentials: decodeIds(json.allowCredentials) }
  }

  function toJson(credential) {
    try {
      return credential.toJSON()
    } catch {
      // Missing in older browsers, and broken by some password managers.
    }
    const response = {}
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (credential.response[name]) response[name] = encode(credential.response[name])
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports()
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    }
  }

  const operations = {
    'webauthn-registration': (given, more) =>
      navigator.credentials.create({ publicKey: readCreation((given.credentialCreationOptions || given).publicKey), ...more }),
    'webauthn-authentication': (given, more) =>
      navigator.credentials.get({ publicKey: readRequest((given.credentialRequestOptions || given).publicKey), ...more }),
  }

  const perform = (form, more) => operations[form.dataset.operation](JSON.parse(form.dataset.arguments), more)

  function finish(form, credential) {
    form.querySelector('[data-context]').value = JSON.stringify(toJson(credential))
    send(form)
  }

  function say(form, text) {
    let alert = form.querySelector('[role=alert]')
    if (!alert) {
      alert = document.createElement('p')
      alert.className = 'alert'
      alert.setAttribute('role', 'alert')
      form.prepend(alert)
    }
    alert.textContent = text
  }

  // The passkeys that are offered where the name is typed wait until one is chosen; a button takes their place.
  let offer = null

  async function run(form) {
    const button = form.querySelector('[type=submit]')
    if (offer) offer.abort()
    button.disabled = true
    try {
      finish(form, await perform(form))
    } catch (error) {
      say(form, error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.failed)
      button.disabled = false
      button.focus()
    }
  }

  async function offerPasskeys(form, input) {
    const isOffered = PublicKeyCredential.isConditionalMediationAvailable
    if (!isOffered || !(await isOffered.call(PublicKeyCredential))) return
    input.autocomplete = 'username webauthn'
    offer = new AbortController()
    try {
      finish(form, await perform(form, { mediation: 'conditional', signal: offer.signal }))
    } catch {
      // The user signs in in another way.
    }
  }

  // The end of a step in a window that a web app has opened: what it goes on with is for that app's origin alone.
  function returnToOpener({ origin, ...answer }) {
    if (window.opener) window.opener.postMessage(answer, origin)
  }

  for (const form of inForms('form[data-operation]')) {
    if (form.dataset.operation === 'return-to-opener') {
      returnToOpener(JSON.parse(form.dataset.arguments))
      continue
    }
    const isKnown = Object.hasOwn(operations, form.dataset.operation)
    form.hidden = false
    if (!isKnown || !window.PublicKeyCredential) {
      form.querySelector('[type=submit]').disabled = true
      say(form, form.dataset.unsupported)
      continue
    }
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      run(form)
    })
    const input = document.querySelector('input[autocomplete~=username]')
    if (input && form.dataset.operation === 'webauthn-authentication') offerPasskeys(form, input)
  }

  // A page that waits sends its form after the interval, while somebody looks at it.
  for (const form of inForms('form[data-interval]')) {
    const goOn = () => {
      if (document.visibilityState === 'visible') send(form)
      else document.addEventListener('visibilitychange', goOn, { once: true })
    }
    setTimeout(goOn, Math.max(Number(form.dataset.interval) || 0, 1000))
  }

  for (const input of inForms('input[data-show]')) {
    const button = document.createElement('button')
    const show = (isShown) => {
      input.type = isShown ? 'text' : 'password'
      button.setAttribute('aria-label', isShown ? input.dataset.hide : input.dataset.show)
      button.classList.toggle('shown', isShown)
    }
    button.type = 'button'
    button.className = 'reveal'
    button.addEventListener('click', () => show(input.type === 'password'))
    input.form.addEventListener('submit', () => show(false)) // so that no browser remembers it as a text
    show(false)
    input.after(button)
  }
})()
