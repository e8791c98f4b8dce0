// A DPoP key that outlives the page: IndexedDB keeps key handles, not key material.
import { generateKeyPair, makeDpopKey, type DpopKey } from './dpop_key.js'

const STORE = 'dpop-keys'

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open('signet-kit', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await done(opening)
  try {
    return await use(database.transaction(STORE, mode).objectStore(STORE))
  } finally {
    database.close()
  }
}

/** The key kept under this name, made when there is none. Two tabs that ask at once get the same. */
export async function loadDpopKey(name = 'default'): Promise<DpopKey> {
  const fresh = await generateKeyPair() // before the transaction, which ends while anything else is awaited
  const pair = await inStore('readwrite', async (store) => {
    const known = (await done(store.get(name))) as CryptoKeyPair | undefined
    if (known) return known
    await done(store.add(fresh, name))
    return fresh
  })
  return makeDpopKey(pair)
}

/** At the end of a session: what was bound to the key is worthless from now on. */
export const forgetDpopKey = (name = 'default'): Promise<undefined> =>
  inStore('readwrite', (store) => done(store.delete(name)))
