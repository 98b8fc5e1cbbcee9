/** A page that uses Dexie, which tells the tabs of an origin by a broadcast channel what was changed. */
import Dexie, { liveQuery } from 'dexie'
import { Seen } from './seen.mjs'

let db = null
const watched = new Seen()
const events = new Seen()
let queryCount = 0

const schemas = [{ friends: '++id, age', counters: 'name' }, { friends: '++id, age, *tags' }]

globalThis.page = {
  async open(version, { staysOpen = false } = {}) {
    db = new Dexie('friends')
    for (let at = 0; at < version; at++) db.version(at + 1).stores(schemas[at])
    db.on('blocked', () => events.add('blocked'))
    db.on('close', () => events.add('close'))
    db.on('versionchange', ({ oldVersion, newVersion }) => {
      events.add(`versionchange ${oldVersion}→${newVersion}`)
      return !staysOpen
    })
    await db.open()
    return [db.verno, db.tables.map(({ name }) => name)]
  },
  /** Opens and waits for nothing. */
  ask(version) {
    void page.open(version).then(() => events.add(`opened ${db.verno}`))
  },
  close: () => db.close(),
  state: () => [db.isOpen(), events.all],
  event: (text) => events.untilCame(text),

  /** Follows the names of those who are older. */
  watch(age) {
    liveQuery(() => {
      queryCount++
      return db.friends.where('age').above(age).toArray()
    }).subscribe({
      next: (found) => watched.add(found.map(({ name }) => name)),
      error: ({ name }) => watched.add([name]),
    })
  },
  watched: (names) => watched.until(names).then(() => [watched.all, queryCount]),

  add: (...friends) => db.friends.bulkAdd(friends),
  change: (id, changes) => db.friends.update(id, changes),
  remove: (id) => db.friends.delete(id),
  names: () => db.friends.orderBy('age').keys(),
  outcome: () => db.friends.count().catch(({ name }) => name),

  /** Reads and writes in a transaction, many times. */
  async count(name, times) {
    for (let time = 0; time < times; time++) {
      await db.transaction('rw', db.counters, async () => {
        const { value = 0 } = (await db.counters.get(name)) ?? {}
        await db.counters.put({ name, value: value + 1 })
      })
    }
  },
  counter: async (name) => (await db.counters.get(name))?.value,
  deleteAll: () => Dexie.delete('friends'),
  databases: () => Dexie.getDatabaseNames(),
}
