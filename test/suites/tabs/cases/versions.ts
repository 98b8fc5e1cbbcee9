/** Upgrades and deletions while other contexts have the database open. */
import type { Case } from './case.ts'

export const versionCases: readonly Case[] = [
  {
    title: 'versionchange goes to every other tab, blocked to the request while they stay',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1 })
      await two.realm.open({ version: 1 })
      await three.realm.ask({ version: 2 })
      await three.realm.until('db: blocked')
      await one.realm.close()
      await two.realm.close()
      await three.realm.until('db: success')
    },
  },
  {
    title: 'versionchange goes to every other tab, blocked to the request while one of them stays',
    unstableIn: { firefox: 'it fires no blocked where some connections close and others do not' },
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1 })
      await two.realm.open({ version: 1, closes: true })
      await three.realm.ask({ version: 2 })
      await three.realm.until('db: blocked')
      await one.realm.close()
      await three.realm.until('db: success')
    },
  },
  {
    title: 'an upgrade is not blocked where every connection closes at versionchange',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1, closes: true })
      await two.realm.open({ version: 1, closes: true })
      await three.realm.open({ version: 2 })
    },
  },
  {
    title: 'an open request waits behind an upgrade that another tab has asked for',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1 })
      await two.realm.ask({ version: 2, stores: [{ name: 's' }, { name: 't' }] })
      await two.realm.until('db: blocked')
      await three.realm.ask({})
      await one.realm.close()
      await two.realm.until('db: success')
      await three.realm.until('db: success')
      await three.realm.stores()
    },
  },
  {
    title: 'two upgrades go one after the other, and the second asks the first to close',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.ask({ version: 2, upgrade: 'hold', closes: true })
      await one.realm.until('db: upgradeneeded')
      await two.realm.ask({ version: 3, stores: [{ name: 'u' }] })
      await two.realm.pause(200)
      await one.realm.release('db upgrade')
      await two.realm.until('db: success')
      await two.realm.stores()
    },
  },
  {
    title: 'of two upgrades to one version the second finds it there',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.ask({ version: 2, upgrade: 'hold' })
      await one.realm.until('db: upgradeneeded')
      await two.realm.ask({ version: 2, stores: [{ name: 'u' }] })
      await two.realm.pause(200)
      await one.realm.release('db upgrade')
      await two.realm.until('db: success')
      await two.realm.stores()
      await one.realm.stores()
    },
  },
  {
    title: 'an upgrade that aborts leaves version and stores as they were for other tabs',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await one.realm.close()
      await one.realm.open({ version: 5, stores: [{ name: 'gone' }], upgrade: 'abort', as: 'up' })
      await two.realm.open({})
      await two.realm.stores()
    },
  },
  {
    title: 'a lower version than another tab has opened is refused',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 4 })
      await two.realm.open({ version: 3 })
    },
  },
  {
    title: 'a deletion asks other tabs to close and is blocked while they stay',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 3 })
      await two.realm.open({})
      await three.realm.delete()
      await three.realm.until('delete: blocked')
      await one.realm.close()
      await two.realm.close()
      await three.realm.until('delete: success')
      await one.realm.databases()
    },
  },
  {
    title: 'a deletion waits for the upgrade of another tab',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.ask({ version: 2, upgrade: 'hold', closes: true })
      await one.realm.until('db: upgradeneeded')
      await two.realm.delete()
      await two.realm.pause(200)
      await one.realm.release('db upgrade')
      await two.realm.until('delete: success')
      await two.realm.databases()
    },
  },
  {
    title: 'a database that one tab deletes and another opens at once is a new one',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 3 })
      await one.realm.transact({ operations: [['put', 'old', 'k']] })
      await two.realm.delete()
      await two.realm.until('delete: blocked')
      await three.realm.ask({ version: 1 })
      await one.realm.close()
      await two.realm.until('delete: success')
      await three.realm.until('db: success')
      await three.realm.transact({ mode: 'readonly', operations: [['getAll']] })
    },
  },
  {
    title: 'a connection that closes with a transaction running delays the upgrade of another tab',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      await one.realm.open({ version: 1 })
      await one.realm.begin({ holds: true, operations: [['put', 'last', 'k']] })
      await two.realm.ask({ version: 2 })
      await two.realm.until('db: blocked')
      await one.realm.close()
      await two.realm.pause(300)
      await one.realm.release()
      await two.realm.until('db: success')
      await two.realm.transact({ mode: 'readonly', operations: [['get', 'k']] })
    },
  },
  {
    title: 'a stubborn tab blocks one upgrade after the other, and each goes on in order',
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const three = await scene.tab('3')
      await one.realm.open({ version: 1 })
      await two.realm.ask({ version: 2, closes: true })
      await two.realm.until('db: blocked')
      await three.realm.ask({ version: 3 })
      await three.realm.pause(200)
      await one.realm.close()
      await three.realm.until('db: success')
      await one.realm.databases()
    },
  },
  {
    title: 'databases() lists what other contexts have made, upgraded and deleted',
    isInShortForm: true,
    async run(scene) {
      const one = await scene.tab('1')
      const two = await scene.tab('2')
      const worker = await scene.worker(two, 'worker', 'dedicated')
      await two.realm.databases()
      await one.realm.open({ name: 'a', version: 2, as: 'a', closes: true })
      await one.realm.open({ name: 'b', version: 7, as: 'b', closes: true })
      await two.realm.databases()
      await worker.realm.open({ name: 'a', version: 3, as: 'a' })
      await two.realm.databases()
      await two.realm.delete({ name: 'b' })
      await two.realm.until('delete: success')
      await one.realm.databases()
      await worker.realm.databases()
    },
  },
]
