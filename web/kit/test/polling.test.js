import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wait } from '../dist/polling.js'
import { field, form, polling, problem, response, step } from './support/build.js'
import { begin, codeOf, startWith } from './support/flow.js'

/** Waiting that takes no time, and is written down. */
function noWaiting() {
  const delays = []
  return { delays, wait: async (delay, signal) => void (signal.throwIfAborted(), delays.push(delay)) }
}
/** Waiting that lasts until it is given up. */
const forever = (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

const until = (flow, is) =>
  new Promise((resolve) => {
    const look = (snapshot) => is(snapshot) && resolve(snapshot)
    flow.subscribe(look)
    look(flow.snapshot)
  })
const hasEnded = ({ phase, step }) => ['done', 'failed'].includes(phase) || step?.polling?.isWaiting === false || step?.representation.type === 'authentication-step'
const poll = form('/poll', [], { kind: 'poll' })
const cancel = form('/cancel', [], { kind: 'cancel' })

/** Begins with a polling step; `answers` are those to the polls, the last one again and again. */
async function startPolling(t, first, ...answers) {
  const clock = noWaiting()
  const { server, flow } = await begin(t, { wait: clock.wait })
  let count = 0
  server.on('/authorize', first).on('/poll', () => {
    const answer = answers[Math.min(count++, answers.length - 1)]
    return typeof answer === 'function' ? answer(server) : answer
  })
  await flow.start({ client_id: 'app' })
  return { server, flow, ...clock, end: await until(flow, hasEnded) }
}
const done = ({ issuer }) => response(issuer)

test('it is polled at the interval of each answer until the login goes on', async (t) => {
  const { delays, end, server } = await startPolling(t, polling({ interval: 1000 }), polling({ interval: 3000 }), done)
  assert.deepEqual(delays, [1000, 3000])
  assert.equal(end.response.code, 'the-code')
  assert.deepEqual(server.paths(), ['GET /authorize', 'POST /poll', 'POST /poll'])
})

test('an interval that would flood the server or never come is brought into bounds', async (t) => {
  const { delays } = await startPolling(t, polling({ interval: 0, maxWaitRemainingTime: 3600 }), polling({ interval: 1e9 }), polling({ interval: 'x' }), done)
  assert.deepEqual(delays, [500, 600_000, 2_000])
})

test('the snapshot says whom it waits for and how long', async (t) => {
  const { snapshot } = await startWith(t, polling({ recipientOfCommunication: 'Phone', maxWaitTime: 99, maxWaitRemainingTime: 42 }), { wait: forever })
  assert.deepEqual(snapshot.step.polling, { isWaiting: true, status: 'pending', recipient: 'Phone', remainingSeconds: 42 })
})

test('a poll that is done goes on by itself', async (t) => {
  const next = form('/next', [], { kind: 'continue' })
  const clock = noWaiting()
  const { server, flow } = await begin(t, { wait: clock.wait })
  server.on('/authorize', polling({})).on('/poll', polling({ status: 'done' }, [next, cancel])).on('/next', () => response(server.issuer))
  await flow.start({})
  assert.equal((await until(flow, hasEnded)).phase, 'done')
})

test('a poll that says it is done without end is given up', async (t) => {
  const { end } = await startPolling(t, polling({}), polling({ status: 'done' }))
  assert.equal(codeOf(end), 'too-many-redirections')
})

for (const status of ['failed', 'not-known-yet']) {
  test(`a poll with the status ${status} is not repeated, and its other actions remain`, async (t) => {
    const { end, server } = await startPolling(t, polling({}), polling({ status }, [poll, cancel]))
    assert.equal(end.step.polling.status, status)
    assert.deepEqual(end.step.actions.map(({ kind }) => kind), ['poll', 'cancel'])
    assert.equal(server.requests.length, 2)
  })
}

test('it ends when the time is over, even if the server would go on for ever', async (t) => {
  const { end, delays } = await startPolling(t, polling({ interval: 2000, maxWaitRemainingTime: 10 }), polling({ interval: 2000, maxWaitRemainingTime: 10 }))
  assert.equal(codeOf(end), 'polling-expired')
  assert.equal(end.phase, 'step')
  assert.equal(delays.length, 6)
})

test('a polling step without a poll action waits for the user', async (t) => {
  const { snapshot } = await startWith(t, polling({}, [cancel]), { wait: forever })
  assert.equal(snapshot.step.polling.isWaiting, false)
})

test('cancel takes over from the poll', async (t) => {
  const { server, flow, snapshot } = await startWith(t, polling({}, [poll, cancel]), { wait: forever })
  server.on('/cancel', problem('error-authorization-response', { error: 'access_denied', iss: server.issuer }))
  const end = await flow.submit(snapshot.step.actions[1])
  assert.equal(end.response.error, 'access_denied')
  assert.deepEqual(server.paths(), ['GET /authorize', 'POST /cancel'])
})

/** A flow whose first poll is on its way; `answer` lets it be answered. The forms of each page have a new version. */
async function pollUnderWay(t) {
  const { server, flow } = await begin(t, { wait: noWaiting().wait })
  const page = (version) => polling({}, [poll, cancel].map((action) => ({ ...action, model: { ...action.model, fields: [field('hidden', 'version', { value: version })] } })))
  let answer
  const arrived = new Promise((resolve) => server.on('/poll', () => new Promise((give) => (resolve(), (answer = give)))))
  server.on('/authorize', page('1')).on('/cancel', step([form('/again')]))
  const { step: first } = await flow.start({})
  await arrived
  return { server, flow, page, answer, cancelAction: first.actions[1] }
}

test('cancel waits for a poll that is on its way, which uses up the forms, and is sent with the new ones', async (t) => {
  const { server, flow, page, answer, cancelAction } = await pollUnderWay(t)
  const end = flow.submit(cancelAction)
  answer(page('2'))
  assert.equal((await end).step.representation.type, 'authentication-step')
  assert.deepEqual(server.paths(), ['GET /authorize', 'POST /poll', 'POST /cancel'])
  assert.equal(server.requests[2].form.version, '2')
})

test('when the poll on its way brings another page, that is shown and nothing is cancelled', async (t) => {
  const { server, flow, answer, cancelAction } = await pollUnderWay(t)
  const end = flow.submit(cancelAction)
  answer(response(server.issuer))
  assert.equal((await end).phase, 'done')
  assert.deepEqual(server.paths(), ['GET /authorize', 'POST /poll'])
})

test('when the poll on its way fails, cancel is sent all the same', async (t) => {
  const { server, flow, answer, cancelAction } = await pollUnderWay(t)
  const end = flow.submit(cancelAction)
  answer({ status: 502, type: 'text/html', body: 'bad gateway' })
  assert.equal((await end).step.representation.type, 'authentication-step')
  assert.equal(server.requests[2].path, '/cancel')
})

test('stop gives up a poll that is on its way', async (t) => {
  const { server, flow, answer } = await pollUnderWay(t)
  flow.stop()
  answer(response(server.issuer))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(flow.snapshot, { phase: 'idle' })
})

test('stop ends the polling', async (t) => {
  const { server, flow } = await startWith(t, polling({}), { wait: forever })
  flow.stop()
  assert.deepEqual(flow.snapshot, { phase: 'idle' })
  assert.deepEqual(server.paths(), ['GET /authorize'])
})

for (const [failures, phase] of [[2, 'done'], [3, 'step']]) {
  test(`${failures} polls without a connection in a row end in the phase ${phase}`, async (t) => {
    let left = 0
    const clock = noWaiting()
    const { server, flow } = await begin(t, { wait: clock.wait, fetch: (url, options) => (left > 0 && String(url).endsWith('/poll') && left-- ? Promise.reject(new TypeError('down')) : fetch(url, options)) })
    left = failures
    server.on('/authorize', polling({})).on('/poll', () => response(server.issuer))
    await flow.start({})
    const end = await until(flow, hasEnded)
    assert.equal(end.phase, phase)
    assert.equal(codeOf(end), phase === 'step' ? 'network' : undefined)
  })
}

test('a problem stops the polling and is shown on the step', async (t) => {
  const { end } = await startPolling(t, polling({}), problem('too-many-attempts'))
  assert.equal(end.step.problem.name, 'too-many-attempts')
  assert.equal(end.step.polling.isWaiting, false)
})

test('a poll that leads to another origin is refused', async (t) => {
  const { end } = await startPolling(t, polling({}), polling({}, [form('https://evil.test/', [], { kind: 'poll' })]))
  assert.equal(codeOf(end), 'foreign-address')
})

test('waiting ends with its signal', async () => {
  const control = new AbortController()
  const waiting = wait(1e6, control.signal)
  control.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
  await assert.rejects(wait(1e6, control.signal), { name: 'AbortError' })
  await wait(0, new AbortController().signal)
})
