/** Contexts that end while they have something open, asked for or under way. */
import type { Globals } from '../scope/context.ts'
import type { Case } from './case.ts'

export const endCases: readonly Case[] = [
  {
    title: 'an upgrade goes on once the tab in its way is closed',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.ask({ version: 2 })
      await two.realm.until('db: blocked')
      await scene.close(one)
      await two.realm.until('db: success')
    },
  },
  {
    title:
      'a tab that is closed with a transaction running lets the next go on, and none of it is seen',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.open()
      await one.realm.transact({ as: 'first', operations: [['put', 'kept', 'k']] })
      await one.realm.begin({ holds: true, operations: [['put', 'lost', 'k']] })
      await one.realm.until('tx: put')
      await two.realm.begin({
        operations: [
          ['get', 'k'],
          ['put', 'two', 'k'],
          ['get', 'k'],
        ],
      })
      await scene.close(one)
      await two.realm.until('tx: complete')
    },
  },
  {
    title: 'a tab that is closed with its upgrade running leaves the old version',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await one.realm.close()
      await one.realm.ask({ as: 'up', version: 2, stores: [{ name: 'u' }], upgrade: 'hold' })
      await one.realm.until('up: upgradeneeded')
      await two.realm.ask({})
      await two.realm.pause(200)
      await scene.close(one)
      await two.realm.until('db: success')
      await two.realm.stores()
    },
  },
  {
    // Both browsers have others wait until nothing is in the way of the request any more, and drop it only then.
    title: 'the blocked upgrade of a closed tab goes with it',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1 })
      await two.realm.ask({ version: 2, stores: [{ name: 'u' }] })
      await two.realm.until('db: blocked')
      await scene.close(two)
      await three.realm.ask({})
      await one.realm.transact({ operations: [['put', 1, 'k']] })
      await one.realm.close()
      await three.realm.until('db: success')
      await three.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
      await three.realm.stores()
    },
  },
  {
    title: 'the deletion that a closed tab asked for goes with it while it is blocked',
    unstableIn: {
      chromium:
        'it carries the deletion out, which Firefox does not; the specification leaves it open',
    },
    ideal: ['3: db: success 1', '3: databases: d 1'],
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.live()
      await two.realm.delete()
      await two.realm.until('delete: blocked')
      await scene.close(two)
      const three = await scene.tab('3')
      // Otherwise the browser may not have noticed its end when the connection in the way is closed.
      await three.realm.outlive()
      await three.realm.ask({})
      await one.realm.transact({ operations: [['put', 1, 'k']] })
      await one.realm.close()
      await three.realm.until('db: success')
      await three.realm.databases()
    },
  },
  {
    title: 'a connection gets no event when other tabs close, reload or go elsewhere',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      const four = await scene.tab('4')
      for (const tab of [one, two, three, four]) await tab.realm.open({})
      await scene.close(one)
      await four.realm.transact({ operations: [['put', 1, 'a']] })
      await scene.keepLines(two, three)
      await two.page.reload()
      await four.realm.transact({ operations: [['put', 2, 'b']] })
      await three.page.goto('about:blank')
      await four.realm.transact({ operations: [['put', 3, 'c'], ['getAll']] })
    },
  },
  {
    title: 'a reloaded tab finds what it and others wrote',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.open({})
      await one.realm.transact({ operations: [['put', 'one', 1]] })
      await scene.keepLines(one)
      await one.page.reload()
      await two.realm.transact({ operations: [['put', 'two', 2]] })
      await one.realm.open({})
      await one.realm.transact({ mode: 'readonly', operations: [['getAll']] })
      scene.remark((await one.realm.lines()).join(' | '))
    },
  },
  {
    title: 'a worker that is terminated with a transaction running lets others go on',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const worker = await scene.worker(one, 'worker', 'dedicated')
      await worker.realm.open({ version: 1 })
      await two.realm.open({})
      await worker.realm.begin({ holds: true, operations: [['put', 'lost', 'k']] })
      await worker.realm.until('tx: put')
      await two.realm.begin({ operations: [['get', 'k']] })
      await scene.keepLines(worker)
      await one.page.evaluate(() => (globalThis as unknown as Globals).terminate('worker'))
      await two.realm.until('tx: complete')
    },
  },
  {
    title: 'a frame that is removed with a transaction running lets others go on',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const frame = await scene.frame(one, 'frame')
      await frame.realm.open({ version: 1 })
      await two.realm.open({})
      await frame.realm.begin({ holds: true, operations: [['put', 'lost', 'k']] })
      await frame.realm.until('tx: put')
      await two.realm.begin({ operations: [['get', 'k']] })
      await scene.keepLines(frame)
      await one.page.evaluate(() => document.querySelector('iframe')?.remove())
      await two.realm.until('tx: complete')
    },
  },
  {
    title:
      'an upgrade waits for a tab that was asked to close and is closed with a transaction running',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await one.realm.begin({ holds: true, operations: [['put', 'lost', 'k']] })
      await one.realm.until('tx: put')
      await two.realm.ask({ version: 2 })
      await two.realm.until('db: blocked')
      await scene.close(one)
      await two.realm.until('db: success')
      await two.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'a page that crashes with a transaction running lets others go on',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await two.realm.open({})
      await one.realm.begin({ holds: true, operations: [['put', 'lost', 'k']] })
      await one.realm.until('tx: put')
      await two.realm.begin({ operations: [['get', 'k']] })
      await scene.crash(one)
      await two.realm.until('tx: complete')
    },
  },
]
