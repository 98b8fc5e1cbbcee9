/** Dexie: live queries over several tabs, and what tabs tell each other about versions. */
import type { Programs } from '../scene.ts'

const ann = { name: 'Ann', age: 40 }
const ben = { name: 'Ben', age: 20 }
const eve = { name: 'Eve', age: 50 }

export const dexiePrograms: Programs = {
  async 'a live query follows what other tabs add, change and delete'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    for (const tab of [one, two]) await tab.call('open', 1)
    for (const tab of [one, two]) await tab.call('watch', 30)
    for (const tab of [one, two]) await tab.call('watched', [])
    await two.call('add', ann, ben)
    for (const tab of [one, two]) await tab.call('watched', ['Ann'])
    await one.call('change', 2, { age: 35 })
    for (const tab of [one, two]) await tab.call('watched', ['Ben', 'Ann'])
    await two.call('remove', 1)
    for (const tab of [one, two]) await tab.call('watched', ['Ben'])
  },

  async 'a live query is not run again for what it does not see'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    for (const tab of [one, two]) await tab.call('open', 1)
    await one.call('watch', 30)
    await one.call('watched', [])
    await two.call('add', ben)
    await two.call('count', 'visits', 3)
    await two.call('add', eve)
    await one.call('watched', ['Eve'])
  },

  async 'a live query goes on when the first tab is closed'(scene) {
    const [one, two, three] = [await scene.tab('1'), await scene.tab('2'), await scene.tab('3')]
    for (const tab of [one, two, three]) await tab.call('open', 1)
    for (const tab of [two, three]) await tab.call('watch', 30)
    // The first result, which what another tab adds might otherwise come before.
    for (const tab of [two, three]) await tab.call('watched', [])
    await one.call('add', ann)
    for (const tab of [two, three]) await tab.call('watched', ['Ann'])
    await one.close()
    await two.call('add', eve)
    await three.call('watched', ['Ann', 'Eve'])
    await three.call('remove', 1)
    await two.call('watched', ['Eve'])
  },

  async 'two tabs count to the same number in transactions'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    for (const tab of [one, two]) await tab.call('open', 1)
    await Promise.all([one, two].map((tab) => tab.call('count', 'visits', 50)))
    for (const tab of [one, two]) await tab.call('counter', 'visits')
  },

  async 'an upgrade closes the database in the other tab'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    await one.call('open', 1)
    await one.call('add', ann)
    await two.call('open', 2)
    await one.call('event', 'versionchange 10→20')
    await one.call('state')
    await two.call('state')
    await two.call('names')
    await one.call('outcome')
  },

  async 'an upgrade waits for a tab that keeps the database open'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    await one.call('open', 1, { staysOpen: true })
    await two.call('ask', 2)
    await two.call('event', 'blocked')
    await one.call('state')
    await one.call('add', ann)
    await one.call('close')
    await two.call('event', 'opened 2')
    await two.call('names')
  },

  async 'a deletion closes the database in the other tab'(scene) {
    const [one, two] = [await scene.tab('1'), await scene.tab('2')]
    await one.call('open', 1)
    await one.call('add', ann)
    await two.call('databases')
    await two.call('deleteAll')
    await one.call('state')
    await two.call('databases')
    await two.call('open', 1)
    await two.call('names')
  },
}
