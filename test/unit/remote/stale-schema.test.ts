/** What a process knows of a database that others upgrade. */
import { expect, test } from 'vitest'
import { onServer } from '../../kit/postgres-suite.ts'
import { openDatabase, resultOf } from '../../kit/promises.ts'

onServer('a schema that others change', ({ factory }) => {
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
})
