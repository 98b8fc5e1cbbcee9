/** Which transactions of several tabs wait for which, and what each sees of the others. */
import type { PageContext, Scene } from '../scene.ts'
import type { TransactionOptions } from '../scope/realm.ts'
import type { Case } from './case.ts'

export const schedulingCases: readonly Case[] = [
  {
    title: 'readers of several tabs go together',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.begin({ mode: 'readonly', holds: true })
      await two.realm.transact({ mode: 'readonly', operations: [['count']] })
      await one.realm.release()
      await one.realm.until('tx: complete')
    },
  },
  {
    title: 'a writer waits for the readers of other tabs',
    isInShortForm: true,
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.begin({ mode: 'readonly', holds: true, operations: [['count']] })
      await two.realm.begin({ operations: [['put', 1, 'k']] })
      await two.realm.pause(200)
      scene.remark(`two has ended: ${(await two.realm.lines()).includes('tx: complete')}`)
      await one.realm.more('tx', [['count']])
      await one.realm.until('tx: count', 2)
      await one.realm.release()
      await two.realm.until('tx: complete')
    },
  },
  {
    title: 'a reader waits for the writer of another tab and sees all it wrote',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.begin({ holds: true, operations: [['put', 'first', 'a']] })
      await one.realm.until('tx: put')
      await two.realm.begin({ mode: 'readonly', operations: [['getAll']] })
      await one.realm.more('tx', [['put', 'second', 'b']])
      await one.realm.until('tx: put', 2)
      await one.realm.release()
      await two.realm.until('tx: complete')
    },
  },
  {
    title: 'writers of three tabs go in the order of their creation',
    isInShortForm: true,
    async run(scene) {
      const [one, two, three] = await openTabs(scene)
      await one.realm.begin({ holds: true, operations: [['append', 'k', '1']] })
      for (const [at, tab] of [two, three, two, one, three].entries()) {
        await tab.realm.begin(writer(`w${at}`))
        await tab.realm.pause(100)
      }
      await one.realm.release()
      await three.realm.until('w4: complete')
      await three.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    // Whether it starts at once is left open; Chromium has one writer at a time.
    title: 'a writer with a scope of its own ends at the latest with the writer of another tab',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.begin({ stores: ['s'], holds: true, operations: [['put', 1, 'k']] })
      await one.realm.until('tx: put')
      await two.realm.begin({ stores: ['t'], operations: [['put', 2, 'k']] })
      await two.realm.pause(100)
      await one.realm.release()
      await two.realm.until('tx: complete')
      await one.realm.until('tx: complete')
    },
  },
  {
    title: 'a reader created after a waiting writer of another tab sees what that wrote',
    async run(scene) {
      const [one, two, three] = await openTabs(scene)
      await one.realm.begin({ mode: 'readonly', holds: true })
      await two.realm.begin({ operations: [['put', 'written', 'k']] })
      await two.realm.pause(100)
      await three.realm.begin({ mode: 'readonly', operations: [['get', 'k']] })
      await three.realm.pause(100)
      await one.realm.release()
      await three.realm.until('tx: complete')
      await two.realm.until('tx: complete')
    },
  },
  {
    title: 'a writer over two stores waits for tabs that write to one of them each',
    async run(scene) {
      const [one, two, three] = await openTabs(scene)
      await one.realm.begin({ stores: ['s'], holds: true, operations: [['append', 'k', '1']] })
      await two.realm.begin({ stores: ['t'], holds: true, operations: [['append', 'k', '2']] })
      await three.realm.begin({ stores: ['s', 't'], operations: [['append', 'k', '3']] })
      await three.realm.pause(100)
      await one.realm.release()
      await one.realm.until('tx: complete')
      await three.realm.pause(200)
      scene.remark(`three has ended: ${(await three.realm.lines()).includes('tx: complete')}`)
      await two.realm.release()
      await three.realm.until('tx: complete')
    },
  },
  {
    title: 'transactions created by two tabs in turns run in that order',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      for (let n = 0; n < 12; n++) {
        const tab = n % 2 === 0 ? one : two
        const operations = [['append', 'k', String.fromCharCode(97 + n)]] as const
        if (n % 3 === 0) await tab.realm.transact({ as: `w${n}`, operations })
        else await tab.realm.begin({ as: `w${n}`, operations })
        await tab.realm.pause(60)
      }
      await two.realm.until('w11: complete')
      await one.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'what a tab aborts no other tab sees',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.transact({ operations: [['put', 'kept', 'k']] })
      await one.realm.begin({ as: 'lost', holds: true, operations: [['put', 'lost', 'k']] })
      await one.realm.until('lost: put')
      await two.realm.begin({ mode: 'readonly', operations: [['get', 'k']] })
      await one.realm.more('lost', [['clear'], ['abort']])
      await one.realm.release('lost')
      await two.realm.until('tx: complete')
      await one.realm.until('lost: abort')
    },
  },
  {
    title: 'a key generator goes on where another tab left it, also after an abort',
    isInShortForm: true,
    async run(scene) {
      const stores = [{ name: 's', autoIncrement: true }]
      const [one, two] = await openTabs(scene, stores)
      for (const tab of [one, two, one, two]) {
        await tab.realm.transact({
          operations: [
            ['add', 'v'],
            ['add', 'w'],
          ],
        })
      }
      await two.realm.transact({ operations: [['add', 'x'], ['add', 'y', 40], ['abort']] })
      await one.realm.transact({ operations: [['add', 'z']] })
      await two.realm.transact({ operations: [['add', 'far', 90.5]] })
      await one.realm.transact({ operations: [['add', 'next'], ['keys']] })
    },
  },
  {
    title: 'a constraint of an index holds over tabs',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.transact({ operations: [['add', 1, 'k']] })
      await two.realm.transact({ operations: [['add', 2, 'k']] })
      await one.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'a cursor sees nothing of what another tab writes meanwhile',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      await one.realm.transact({ operations: [['putMany', 5]] })
      await one.realm.begin({ mode: 'readonly', holds: true, operations: [['cursor']] })
      await two.realm.begin({
        operations: [
          ['put', 'new', 3],
          ['delete', 4],
          ['put', 'end', 9],
        ],
      })
      await one.realm.until('tx: cursor')
      await two.realm.pause(100)
      await one.realm.more('tx', [['cursor']])
      await one.realm.until('tx: cursor', 2)
      await one.realm.release()
      await two.realm.until('tx: complete')
      await one.realm.transact({ as: 'after', mode: 'readonly', operations: [['cursor']] })
    },
  },
  {
    title: 'durability is a hint of each transaction, and its writes reach other tabs',
    async run(scene) {
      const [one, two] = await openTabs(scene)
      for (const durability of ['strict', 'relaxed', 'default'] as const) {
        await one.realm.transact({ durability, operations: [['put', durability, durability]] })
        await two.realm.transact({ mode: 'readonly', operations: [['get', durability]] })
      }
    },
  },
  {
    title: 'increments of six connections in three tabs are all counted',
    isInShortForm: true,
    async run(scene) {
      const tabs = await openTabs(scene)
      for (const { realm } of tabs) await realm.open({ as: 'second' })
      for (let n = 0; n < 10; n++) {
        for (const { realm } of tabs) {
          for (const on of ['db', 'second']) {
            await realm.begin({ as: `${on} ${n}`, on, operations: [['increment', 'n']] })
          }
        }
      }
      for (const { realm } of tabs) await realm.until('second 9: complete')
      await tabs[0].realm.transact({ mode: 'readonly', operations: [['get', 'n']] })
    },
  },
]

function writer(text: string): TransactionOptions {
  return { as: text, operations: [['append', 'k', text]] }
}

/** Three tabs with a connection each. */
async function openTabs(
  scene: Scene,
  stores = [{ name: 's' }, { name: 't' }],
): Promise<[PageContext, PageContext, PageContext]> {
  const one = await scene.tab('1')
  await one.realm.open({ version: 1, stores })
  const two = await scene.tab('2')
  await two.realm.open({})
  const three = await scene.tab('3')
  await three.realm.open({})
  return [one, two, three]
}
