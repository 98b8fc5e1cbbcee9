/** Firestore's cache for several tabs, offline. */
import type { Programs } from '../scene.ts'

export const firestorePrograms: Programs = {
  async 'a listener is told what other tabs write'(scene) {
    const tabs = await scene.openTabs(2)
    const [one, two] = tabs
    for (const tab of tabs) await tab.call('watch', 0)
    for (const tab of tabs) await tab.call('watched', [], false)
    await one.call('set', 'a', { rank: 2 })
    for (const tab of tabs) await tab.call('watched', ['a 2'], true)
    await two.call('set', 'b', { rank: 1 })
    for (const tab of tabs) await tab.call('watched', ['b 1', 'a 2'], true)
    await two.call('remove', 'a')
    for (const tab of tabs) await tab.call('watched', ['b 1'], true)
  },

  async 'what one tab adds to a number another tab has written'(scene) {
    const tabs = await scene.openTabs(2)
    const [one, two] = tabs
    for (const tab of tabs) await tab.call('watch', 0)
    for (const tab of tabs) await tab.call('watched', [], false)
    await one.call('set', 'a', { rank: 1 })
    for (const tab of tabs) await tab.call('watched', ['a 1'], true)
    await two.call('raise', 'a', 10)
    for (const tab of tabs) await tab.call('watched', ['a 11'], true)
    for (const tab of tabs) await tab.call('get', 'a')
  },

  async 'what is pending is there in tabs that come later'(scene) {
    const one = await scene.tab('1')
    await one.call('open')
    await one.call('watch', 0)
    await one.call('watched', [], false)
    await one.call('batch', 'a', 'b', 'c')
    await one.call('watched', ['a 1', 'b 2', 'c 3'], true)
    const two = await scene.tab('2')
    await two.call('open')
    await two.call('all')
    await one.close()
    const three = await scene.tab('3')
    await three.call('open')
    await three.call('get', 'b')
    await three.call('get', 'nothing')
  },

  async 'listeners go on when the first tab is closed'(scene) {
    const [one, two, three] = await scene.openTabs(3)
    if (!three) throw new Error('unreachable: three were opened')
    for (const tab of [two, three]) await tab.call('watch', 0)
    for (const tab of [two, three]) await tab.call('watched', [], false)
    await one.call('set', 'a', { rank: 1 })
    for (const tab of [two, three]) await tab.call('watched', ['a 1'], true)
    await one.close()
    await two.call('set', 'b', { rank: 2 })
    await three.call('watched', ['a 1', 'b 2'], true)
    await three.call('remove', 'a')
    await two.call('watched', ['b 2'], true)
  },

  async 'a tab that ends its use leaves the others theirs'(scene) {
    const [one, two] = await scene.openTabs(2)
    await two.call('watch', 0)
    await two.call('watched', [], false)
    await one.call('set', 'a', { rank: 1 })
    await two.call('watched', ['a 1'], true)
    await one.call('close')
    await two.call('set', 'b', { rank: 2 })
    await two.call('watched', ['a 1', 'b 2'], true)
    await two.call('all')
  },
}
