/** A page that uses Firestore's cache for several tabs, without a server: what is written stays pending and is seen by all tabs. */
import { initializeApp } from '@firebase/app'
import {
  collection,
  connectFirestoreEmulator,
  deleteDoc,
  disableNetwork,
  doc,
  getDocFromCache,
  getDocsFromCache,
  increment,
  initializeFirestore,
  onSnapshot,
  orderBy,
  persistentLocalCache,
  persistentMultipleTabManager,
  persistentSingleTabManager,
  query,
  setDoc,
  terminate,
  updateDoc,
  where,
  writeBatch,
} from '@firebase/firestore'
import { Seen } from './seen.mjs'

const managers = { multiple: persistentMultipleTabManager, single: persistentSingleTabManager }

let db = null
const watched = new Seen()
const failures = new Seen()

globalThis.page = {
  async open(kind = 'multiple') {
    const app = initializeApp({ projectId: 'demo', apiKey: 'k', appId: 'a' })
    const localCache = persistentLocalCache({ tabManager: managers[kind]({}) })
    db = initializeFirestore(app, { localCache })
    // A port where nothing listens.
    connectFirestoreEmulator(db, '127.0.0.1', 9)
    await disableNetwork(db)
  },
  close: () => terminate(db),

  /** Follows the heroes whose rank is greater. */
  watch(rank) {
    const wanted = query(collection(db, 'heroes'), where('rank', '>', rank), orderBy('rank'))
    onSnapshot(
      wanted,
      { includeMetadataChanges: true },
      ({ docs, metadata: { fromCache, hasPendingWrites } }) =>
        watched.add([docs.map((it) => `${it.id} ${it.get('rank')}`), fromCache, hasPendingWrites]),
      ({ code }) => failures.add(code),
    )
  },
  watched: (heroes, hasPendingWrites) =>
    watched.until([heroes, true, hasPendingWrites]).then(() => watched.all),

  /** What the server has not confirmed is confirmed to no one: nothing waits for that. */
  set: (id, data) => void setDoc(doc(db, 'heroes', id), data),
  raise: (id, by) => void updateDoc(doc(db, 'heroes', id), { rank: increment(by) }),
  remove: (id) => void deleteDoc(doc(db, 'heroes', id)),
  batch(...ids) {
    const batch = writeBatch(db)
    for (const [rank, id] of ids.entries()) batch.set(doc(db, 'heroes', id), { rank: rank + 1 })
    void batch.commit()
  },
  get: (id) =>
    getDocFromCache(doc(db, 'heroes', id)).then(
      (it) => [it.data() ?? null, it.metadata.hasPendingWrites],
      ({ code }) => code,
    ),
  all: async () => (await getDocsFromCache(collection(db, 'heroes'))).docs.map(({ id }) => id),
}
