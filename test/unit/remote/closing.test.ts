/** What closing a factory means to script, held to the same claims as for databases in files. */
import { strict as assert } from 'node:assert'
import { beforeEach, expect, test } from 'vitest'
import { close } from '../../../src/index.ts'
import { hostingSuite } from '../../kit/hosting-suite.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { resultOf } from '../../kit/promises.ts'

onServer('closing', ({ connectionString, factory }) => {
  let schema = ''

  beforeEach(async () => {
    schema = await newSchema(connectionString())
  })

  hostingSuite({ test, assert }, () => ({
    create: () => remoteFactory({ connectionString: connectionString(), schema }),
    close,
  }))

  test('an upgrade that has begun comes to its end, and its connection is closed next', async () => {
    const indexedDB = await factory()
    const request = indexedDB.open('test')
    const log: string[] = []
    const closed = new Promise<void>((resolve) => {
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore('s')
        request.result.onclose = () => log.push('close')
        let count = 0
        const putOn = (): void => {
          if (count++ < 20) store.put(count, count).onsuccess = putOn
        }
        putOn()
        void close(indexedDB).then(resolve)
      }
    })
    await resultOf(request)
    log.push('success')
    await closed
    await expect.poll(() => log).toEqual(['success', 'close'])
    const database = await resultOf((await factory()).open('test'))
    expect(await resultOf(database.transaction('s').objectStore('s').count())).toBe(20)
  })
})
