/** RxDB on its storage for Dexie, with `multiInstance`. */
import type { Programs } from '../scene.ts'

export const rxdbPrograms: Programs = {
  async 'a query follows what other tabs insert and remove'(scene) {
    const tabs = await scene.openTabs(2)
    const [one, two] = tabs
    for (const tab of tabs) await tab.call('watch', 10)
    for (const tab of tabs) await tab.call('watched', [])
    await two.call('insert', 'a', 30)
    for (const tab of tabs) await tab.call('watched', ['a'])
    await one.call('insert', 'b', 20)
    for (const tab of tabs) await tab.call('watched', ['b', 'a'])
    await two.call('insert', 'c', 5)
    await two.call('removeOne', 'a')
    for (const tab of tabs) await tab.call('watched', ['b'])
    for (const tab of tabs) await tab.call('changed', ['DELETE', 'a', false])
  },

  async 'tabs that change the same document lose no change'(scene) {
    const tabs = await scene.openTabs(2)
    const [one, two] = tabs
    await one.call('insert', 'a', 0)
    await Promise.all(tabs.map((tab) => tab.call('raise', 'a', 20)))
    await two.call('watchRank', 'a')
    await two.call('watched', 40)
    await one.call('rank', 'a')
  },

  async 'tabs that insert the same documents get each in once'(scene) {
    const tabs = await scene.openTabs(2)
    const [one, two] = tabs
    await one.call('insertMany', ['a', 'b', 'c'])
    await two.call('insertMany', ['c', 'd'])
    for (const tab of tabs) await tab.call('watch', -1)
    for (const tab of tabs) await tab.call('watched', ['a', 'b', 'd', 'c'])
  },

  async 'a local document follows what another tab writes'(scene) {
    const [one, two] = await scene.openTabs(2)
    await one.call('watchNote', 'n')
    await one.call('watched', null)
    await two.call('note', 'n', 'first')
    await one.call('watched', 'first')
    await two.call('note', 'n', 'second')
    await one.call('watched', 'second')
  },

  async 'one tab leads, and another when it is closed'(scene) {
    const [one, two] = await scene.openTabs(2)
    await one.call('stand')
    await one.call('elected')
    await two.call('stand')
    await two.call('isLeader')
    await one.call('isLeader')
    await one.close()
    await two.call('elected')
    await two.call('isLeader')
    await two.call('insert', 'a', 1)
    await two.call('rank', 'a')
  },

  async 'queries go on when the first tab is closed'(scene) {
    const [one, two, three] = await scene.openTabs(3)
    if (!three) throw new Error('unreachable: three were opened')
    await one.call('insert', 'a', 1)
    for (const tab of [two, three]) await tab.call('watch', 0)
    for (const tab of [two, three]) await tab.call('watched', ['a'])
    await one.close()
    await two.call('insert', 'b', 2)
    await three.call('watched', ['a', 'b'])
    await three.call('removeOne', 'a')
    await two.call('watched', ['b'])
  },

  async 'a database that one tab has removed is made again'(scene) {
    const [one, two] = await scene.openTabs(2)
    await one.call('insert', 'a', 1)
    await two.call('close')
    await one.call('remove')
    await two.call('open')
    await two.call('watch', 0)
    await two.call('watched', [])
    await two.call('insert', 'b', 1)
    await two.call('watched', ['b'])
  },
}
