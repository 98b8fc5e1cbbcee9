/** Frames and workers of every kind beside pages, and values of every kind between them. */
import type { Context, Scene } from '../scene.ts'
import type { Operation } from '../scope/operations.ts'
import type { Case } from './case.ts'

export const realmCases: readonly Case[] = [
  {
    title: 'a service worker reads what a page wrote, and the page what it wrote',
    isInShortForm: true,
    run: (scene) => exchange(scene, 'service'),
  },
  {
    title: 'a shared worker reads what a page wrote, and the page what it wrote',
    run: (scene) => exchange(scene, 'shared'),
  },
  {
    title: 'a dedicated worker reads what its page wrote, and the page what it wrote',
    run: (scene) => exchange(scene, 'dedicated'),
  },
  {
    title: 'a frame beside its page shares the databases',
    async run(scene) {
      const tab = await scene.tab('tab')
      await passOn([tab, await scene.frame(tab, 'frame')])
    },
  },
  {
    title: 'two frames of one page share the databases, also when one is removed',
    async run(scene) {
      const tab = await scene.tab('tab')
      const one = await scene.frame(tab, 'one')
      const two = await scene.frame(tab, 'two')
      await passOn([one, two])
      await scene.keepLines(one)
      await tab.page.evaluate(() => document.querySelector('iframe')?.remove())
      await two.realm.transact({
        as: 'after',
        operations: [
          ['put', 'after', 'k'],
          ['get', 'k'],
        ],
      })
    },
  },
  {
    title: 'one shared worker serves two tabs beside their own connections',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const worker = await scene.worker(one, 'shared', 'shared')
      const same = await scene.worker(two, 'shared again', 'shared')
      // Chromium's shared workers cannot open the files: a tab has to be there that can.
      await one.realm.open({ version: 1 })
      await worker.realm.open({})
      await two.realm.open({})
      await same.realm.transact({ operations: [['put', 'shared', 'k']] })
      await two.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'all kinds of contexts count up one counter',
    isInShortForm: true,
    async run(scene) {
      const all = await everyKind(scene)
      for (let n = 0; n < 5; n++) {
        for (const { realm } of all) {
          await realm.begin({ as: `n${n}`, operations: [['increment', 'n']] })
        }
      }
      for (const { realm } of all) await realm.until('n4: complete')
      await all[0]?.realm.transact({ mode: 'readonly', operations: [['get', 'n']] })
    },
  },
  {
    title: 'versionchange reaches contexts of every kind',
    isInShortForm: true,
    async run(scene) {
      const all = await everyKind(scene)
      const last = await scene.tab('last')
      await last.realm.open({ version: 2 })
      for (const { realm } of all) await realm.until('db: versionchange')
    },
  },
  {
    title: 'values of 1 MiB and 20 MiB reach other tabs whole',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.open({})
      for (const size of [2 ** 20, 20 * 2 ** 20]) {
        await two.realm.transact({ operations: [['putBytes', size, 'k']] })
        await one.realm.transact({ mode: 'readonly', operations: [['measure', 'k']] })
        await one.realm.transact({ operations: [['putBytes', size + 1, 'k']] })
        await two.realm.transact({ mode: 'readonly', operations: [['measure', 'k']] })
      }
    },
  },
  {
    title: 'values of every type reach other tabs as they are',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.open({})
      await two.realm.transact({ operations: [['putTypes', 'k']] })
      await one.realm.transact({ mode: 'readonly', operations: [['describeTypes', 'k']] })
      await two.realm.transact({ mode: 'readonly', operations: [['describeTypes', 'k']] })
    },
  },
  {
    title: 'a tab reads many records of another at once, by store and by index',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const index = { keyPath: 'tags', multiEntry: true }
      await one.realm.open({ version: 1, stores: [{ name: 's', keyPath: 'id', index }] })
      await two.realm.open({})
      const records = Array.from({ length: 300 }, (_, id): Operation => {
        return ['put', { id, tags: [id % 7, `t${id % 3}`] }]
      })
      await two.realm.transact({ operations: records })
      const reads: Operation[] = [['count'], ['getIndex', 't1'], ['getIndex', 6], ['getAll']]
      await one.realm.transact({ mode: 'readonly', operations: reads })
    },
  },
]

async function exchange(scene: Scene, kind: 'service' | 'shared' | 'dedicated'): Promise<void> {
  const tab = await scene.tab('tab')
  await passOn([tab, await scene.worker(tab, kind, kind)])
}

/** The first opens and writes, the second reads, writes and aborts, the first reads. */
async function passOn([one, two]: readonly [Context, Context]): Promise<void> {
  await one.realm.open({ version: 1 })
  await one.realm.transact({ operations: [['put', { from: 'one' }, 'k']] })
  await two.realm.open({})
  await two.realm.transact({
    operations: [
      ['get', 'k'],
      ['put', ['from two'], 'k'],
    ],
  })
  await two.realm.transact({ operations: [['clear'], ['abort']] })
  await one.realm.transact({ mode: 'readonly', operations: [['getAll'], ['keys']] })
  await one.realm.databases()
  await two.realm.databases()
}

/** Each with a connection that closes when it is asked to. */
async function everyKind(scene: Scene): Promise<Context[]> {
  const tab = await scene.tab('tab')
  const other = await scene.tab('other')
  const all = [
    tab,
    other,
    await scene.frame(tab, 'frame'),
    await scene.worker(tab, 'dedicated', 'dedicated'),
    await scene.worker(other, 'shared', 'shared'),
    await scene.worker(other, 'service', 'service'),
  ]
  for (const { realm } of all) await realm.open({ version: 1, closes: true })
  return all
}
