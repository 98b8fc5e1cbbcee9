import assert from 'node:assert/strict'
import { addRxPlugin, createRxDatabase } from 'rxdb/plugins/core'
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema'
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'
import { filter, firstValueFrom } from 'rxjs'

addRxPlugin(RxDBMigrationSchemaPlugin)

const schema = (version) => ({
  version,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 40 },
    rank: { type: 'number', minimum: 0, maximum: 10_000, multipleOf: 1 },
    team: { type: 'string', maxLength: 20 },
    tags: { type: 'array', items: { type: 'string' } },
    ...(version > 0 && { slogan: { type: 'string' } }),
  },
  required: ['id', 'rank', 'team'],
  indexes: ['rank', ['team', 'rank']],
})

async function open(version) {
  const database = await createRxDatabase({
    name: 'heroes',
    storage: getRxStorageDexie(),
    multiInstance: false,
    closeDuplicates: true,
  })
  const { heroes } = await database.addCollections({
    heroes: {
      schema: schema(version),
      ...(version > 0 && {
        migrationStrategies: { 1: (document) => ({ ...document, slogan: `I am ${document.id}` }) },
      }),
    },
  })
  return { database, heroes }
}

const hero = (i) => ({
  id: `hero ${i}`,
  rank: i,
  team: i % 2 ? 'odd' : 'even',
  tags: [`t${i % 3}`],
})

export const first = {
  async 'documents are inserted in bulk and found by indexes'() {
    const { database, heroes } = await open(0)
    const { success, error } = await heroes.bulkInsert(
      Array.from({ length: 200 }, (_, i) => hero(i)),
    )
    assert.deepEqual([success.length, error.length], [200, 0])
    const found = await heroes
      .find({ selector: { team: 'odd', rank: { $gt: 100 } }, sort: [{ rank: 'desc' }], limit: 3 })
      .exec()
    assert.deepEqual(
      found.map(({ rank }) => rank),
      [199, 197, 195],
    )
    assert.equal(await heroes.count({ selector: { team: 'even' } }).exec(), 100)
    await database.close()
  },
  async 'a live query sees writes'() {
    const { database, heroes } = await open(0)
    const results = heroes.find({ selector: { rank: { $gte: 5000 } } }).$
    const three = firstValueFrom(results.pipe(filter(({ length }) => length === 3)))
    for (let i = 5000; i < 5003; i++) await heroes.insert(hero(i))
    assert.equal((await three).length, 3)
    await database.close()
  },
  async 'a second insert under one key conflicts, and changes at once are merged'() {
    const { database, heroes } = await open(0)
    await assert.rejects(heroes.insert(hero(1)), ({ code }) => code === 'CONFLICT')
    const document = await heroes.findOne('hero 1').exec()
    const add = () =>
      document.incrementalModify((it) => {
        it.rank += 1
        return it
      })
    await Promise.all(Array.from({ length: 20 }, add))
    assert.equal((await heroes.findOne('hero 1').exec()).rank, 21)
    await database.close()
  },
  async 'a new schema version migrates all documents'() {
    const { database, heroes } = await open(1)
    assert.equal(heroes.schema.version, 1)
    assert.equal((await heroes.findOne('hero 7').exec()).slogan, 'I am hero 7')
    await heroes.find({ selector: { team: 'even', rank: { $lt: 5000 } } }).remove()
    await database.close()
  },
}

export const second = {
  async 'a second process finds the migrated documents, and not the removed ones'() {
    const { database, heroes } = await open(1)
    assert.equal(await heroes.count().exec(), 103)
    const document = await heroes.findOne('hero 1').exec()
    assert.deepEqual([document.rank, document.slogan], [21, 'I am hero 1'])
    assert.equal(await heroes.findOne('hero 2').exec(), null)
    await database.remove()
  },
}
