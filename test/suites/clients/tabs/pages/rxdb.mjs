/** A page that uses RxDB with `multiInstance`: its tabs tell each other what was changed, and elect a leader. */
import { addRxPlugin, createRxDatabase } from 'rxdb/plugins/core'
import { RxDBLeaderElectionPlugin } from 'rxdb/plugins/leader-election'
import { RxDBLocalDocumentsPlugin } from 'rxdb/plugins/local-documents'
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'
import { Seen } from './seen.mjs'

addRxPlugin(RxDBLeaderElectionPlugin)
addRxPlugin(RxDBLocalDocumentsPlugin)

const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 40 },
    rank: { type: 'number', minimum: 0, maximum: 10_000, multipleOf: 1 },
  },
  required: ['id', 'rank'],
  indexes: ['rank'],
}

let database = null
const watched = new Seen()
const changes = new Seen()
const leaders = new Seen()

globalThis.page = {
  async open() {
    database = await createRxDatabase({
      name: 'heroes',
      storage: getRxStorageDexie(),
      multiInstance: true,
      localDocuments: true,
    })
    await database.addCollections({ heroes: { schema } })
    database.heroes.$.subscribe(({ operation, documentId, isLocal }) =>
      changes.add([operation, documentId, isLocal]),
    )
  },
  close: () => database.close().then(() => {}),
  remove: () => database.remove().then((names) => names.toSorted()),

  /** Follows the ids of those whose rank is greater. */
  watch(rank) {
    database.heroes
      .find({ selector: { rank: { $gt: rank } }, sort: [{ rank: 'asc' }] })
      .$.subscribe((found) => watched.add(found.map(({ id }) => id)))
  },
  watched: (ids) => watched.until(ids).then(() => watched.all),
  changed: (change) => changes.until(change).then(() => changes.all),

  insert: (id, rank) => database.heroes.insert({ id, rank }).then(() => {}),
  insertMany: async (ids) => {
    const documents = ids.map((id, rank) => ({ id, rank }))
    const { success, error } = await database.heroes.bulkInsert(documents)
    return [success.length, error.map(({ documentId, status }) => [documentId, status])]
  },
  removeOne: async (id) => void (await (await one(id)).remove()),
  rank: async (id) => (await one(id)).rank,
  /** Changes it many times, each time from what it is then. */
  async raise(id, times) {
    const hero = await one(id)
    for (let time = 0; time < times; time++) {
      await hero.incrementalModify((it) => ({ ...it, rank: it.rank + 1 }))
    }
  },
  watchRank: async (id) => void (await one(id)).rank$.subscribe((rank) => watched.add(rank)),
  note: (id, value) => database.upsertLocal(id, { value }).then(() => {}),
  watchNote: (id) =>
    void database.getLocal$(id).subscribe((it) => watched.add(it ? it.get('value') : null)),

  stand: () => void database.waitForLeadership().then(() => leaders.add('elected')),
  elected: () => leaders.until('elected'),
  isLeader: () => database.isLeader(),
}

async function one(id) {
  return database.heroes.findOne(id).exec(true)
}
