/** When a process that has a watched database open says that it tells its commits. */
import { expect, test } from 'vitest'
import { News } from '../../../src/remote/session/news.ts'
import { ToldWatchers } from '../../../src/remote/session/told-watchers.ts'
import { newsStatements } from '../../../src/remote/sql/news-statements.ts'
import type { Row, Statement, Value } from '../../../src/remote/wire/statement.ts'
import { lostInBetween, type Wire } from '../../../src/remote/wire/wire.ts'

/** A wire of a server on which database 1 is watched; `isLost`: once it is to say that. */
function steeredWire({ isLost }: { readonly isLost: boolean }) {
  const said: string[] = []
  const ask = ({ name }: Statement, values: readonly Value[]): Promise<readonly Row[]> => {
    if (name === 'idb_watched') return Promise.resolve([['1']])
    if (isLost) return Promise.reject(lostInBetween())
    said.push(String(values[1]))
    return Promise.resolve([])
  }
  return { said, wire: { ask } as unknown as Wire } // Nothing else of it is asked for.
}

test('it says so over the next connection where the one to say it over is lost', async () => {
  const database = { id: 1, watchers: new ToldWatchers(), isWatchedElsewhere: false }
  let current = steeredWire({ isLost: true })
  const news = new News({
    client: 'ann',
    channel: () => 'any',
    statements: newsStatements('"any"'),
    wire: () => current.wire,
    connections: () => [{ id: 'one', database, settled: () => Promise.resolve() }],
  })
  await news.look()
  await expect.poll(() => database.isWatchedElsewhere).toBe(false)
  current = steeredWire({ isLost: false })
  await news.look()
  await expect.poll(() => current.said).toEqual(['tells ann 1'])
  expect(database.isWatchedElsewhere).toBe(true)
})
