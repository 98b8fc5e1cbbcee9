/** What a process knows of a database that others upgrade. */
import { expect, test } from 'vitest'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a schema that others change', ({ factory, connectionString, schema }) => {
  test('is read anew after an upgrade of this process that was aborted', async () => {
    const [here, elsewhere] = [await factory(), await factory()]
    const first = await openDatabase(here, (it) => it.createObjectStore('old'), { version: 1 })
    first.close()
    const upgrade = here.open('test', 2)
    upgrade.onupgradeneeded = () => upgrade.transaction?.abort()
    await expect(resultOf(upgrade)).rejects.toMatchObject({ name: 'AbortError' })
    const upgraded = await openDatabase(
      elsewhere,
      (it) => {
        it.createObjectStore('new')
      },
      { version: 2 },
    )
    upgraded.close()
    const { version, objectStoreNames } = await resultOf(here.open('test'))
    expect([version, ...objectStoreNames]).toEqual([2, 'new', 'old'])
  })

  test('closes connections to what a database was before as soon as it is opened again', async () => {
    const indexedDB = await factory()
    const stale = await openDatabase(indexedDB, (it) => it.createObjectStore('s'))
    const events: string[] = []
    stale.onclose = () => events.push('close')
    const databases = `"${await schema()}".databases`
    await askServer(connectionString(), `UPDATE ${databases} SET epoch = epoch + 1`)
    const database = await resultOf(indexedDB.open('test'))
    expect(events).toEqual(['close'])
    expect(() => stale.transaction('s')).toThrow(/clos/)
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(0)
  })
})
