/** Random transactions through what script sees, against a model made of maps. */
import { close, createIndexedDB } from '../../src/index.ts'
import { nodePlatform } from '../../src/platform-node.ts'
import { openStorageDirectory } from '../../src/sqlite/directory.ts'
import { loadEngine } from '../../src/sqlite/engine.ts'
import { memory } from '../../vfs/memory.ts'
import { Databases, readState } from '../history/databases.ts'
import { generateStep } from '../history/generate.ts'
import { seededRandom } from '../history/random.ts'
import { nothing, textOf } from '../history/state.ts'
import { applyStep } from '../history/step.ts'

/** Everything is read and compared after so many transactions. */
const comparedEvery = 25

/** Everything is closed and opened again after so many. */
const reopenedEvery = 500

/** Runs so many transactions; gives what was wrong, null for nothing. */
export async function checkAgainstModel(transactions: number, seed: number) {
  const vfs = { ...memory(), isPersistent: true }
  let indexedDB = createIndexedDB({ vfs })
  let databases = new Databases(indexedDB)
  let state = nothing
  for (let number = 1; number <= transactions; number++) {
    const step = generateStep(state, number, seededRandom(seed, number))
    state = applyStep(state, step)
    await databases.execute(step)
    if (number % comparedEvery === 0 || number === transactions) {
      if ((await readState(indexedDB)) !== textOf(state)) {
        return `differs from the model at transaction ${number} or up to ${comparedEvery} before`
      }
    }
    if (number % reopenedEvery !== 0) continue
    await close(indexedDB)
    indexedDB = createIndexedDB({ vfs })
    databases = new Databases(indexedDB)
  }
  await close(indexedDB)
  return findProblems(vfs)
}

async function findProblems(vfs: ReturnType<typeof memory>): Promise<string | null> {
  const getEngine = () => loadEngine(() => nodePlatform.loadWasm())
  const storage = openStorageDirectory({ vfs, path: '.indexeddb', waitMs: 0, getEngine })
  const problems: string[] = []
  for (const { name } of await storage.list()) {
    const database = await storage.open(name)
    problems.push(...database.check())
    await database.close()
  }
  await storage.close()
  return problems.length === 0 ? null : problems.join('; ')
}
