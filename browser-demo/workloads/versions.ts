import { completionOf, resultOf } from '../requests.ts'
import type { Workload } from './workload.ts'

/** Two connections that want different versions. */
export const versions: Workload = {
  id: 'versions',
  title: 'Two tabs disagree',
  lesson:
    'One connection holds version 1, another wants version 2: versionchange asks the first to leave, blocked says that it has not, and once it has, the upgrade begins.',
  scales: false,
  async run({ connect, phase, observe, remove }) {
    const first = await phase('First connection', () =>
      connect(1, (database) => {
        database.createObjectStore('notes', { autoIncrement: true }).put('from version 1')
      }),
    )
    const heard: string[] = []
    const leaving = new Promise<void>((resolve) => {
      first.addEventListener('versionchange', ({ oldVersion, newVersion }) => {
        heard.push(`${oldVersion} to ${newVersion}`)
        // Late: until then the other side is blocked.
        setTimeout(() => resolve(first.close()), 50)
      })
    })
    const second = await phase('Second connection, a version up', () =>
      connect(2, (_, transaction, { oldVersion, newVersion }) => {
        heard.push(`upgrade ${oldVersion} to ${newVersion}`)
        const notes = transaction.objectStore('notes')
        notes.name = 'letters'
        notes.createIndex('by length', 'length')
        notes.put('from version 2')
      }),
    )
    await leaving
    observe('what the connections heard', heard)
    const letters = second.transaction('letters').objectStore('letters')
    observe('letters', await resultOf(letters.getAll()))
    await completionOf(letters.transaction)

    second.addEventListener('versionchange', () => second.close())
    await phase('Delete while open', remove)
    await phase('Start over', async () => {
      const third = await connect(7, (database) => {
        database.createObjectStore('birds', { keyPath: 'name' }).put({ name: 'Phoenix' })
      })
      observe('version afterwards', third.version)
    })
  },
}
