/** What script sees of the events that tell of versions, in their listeners and after. */
import { expect, test } from 'vitest'
import { close, createIndexedDB, IDBVersionChangeEvent } from '../../../src/index.ts'
import { memory } from '../../../vfs/memory.ts'

test('an upgradeneeded event is at its request in the listener, and nowhere when it is over', async () => {
  const factory = createIndexedDB({ vfs: memory(), path: 'events' })
  const request = factory.open('test', 3)
  let seen: unknown[] = []
  let path: unknown[] = []
  const event = await new Promise<IDBVersionChangeEvent>((resolve) => {
    request.onupgradeneeded = (it) => {
      const { target, srcElement, currentTarget, eventPhase } = it
      path = [request, request.transaction, request.result]
      seen = [target, srcElement, currentTarget, eventPhase, it.composedPath()]
      resolve(it as IDBVersionChangeEvent)
    }
  })
  expect(seen).toEqual([request, request, request, Event.AT_TARGET, path])
  await new Promise((resolve) => (request.onsuccess = resolve))
  expect([event.target, event.currentTarget, event.eventPhase]).toEqual([request, null, Event.NONE])
  expect(event.composedPath()).toEqual([])
  expect([event.oldVersion, event.newVersion, event.constructor]).toEqual([
    0,
    3,
    IDBVersionChangeEvent,
  ])
  expect(event).toBeInstanceOf(IDBVersionChangeEvent)
  expect(Reflect.ownKeys(event).filter((key) => typeof key === 'string')).toEqual(
    Reflect.ownKeys(new Event('x')).filter((key) => typeof key === 'string'),
  )
  request.result.close()
  await close(factory)
})

test('a listener that stops a success of a deletion at once is the last to hear it', async () => {
  const factory = createIndexedDB({ vfs: memory(), path: 'stopped' })
  const request = factory.deleteDatabase('test')
  const heard: string[] = []
  await new Promise<void>((resolve) => {
    request.addEventListener('success', (event) => {
      heard.push('first')
      event.stopImmediatePropagation()
      resolve()
    })
    request.addEventListener('success', () => heard.push('second'))
  })
  expect(heard).toEqual(['first'])
  await close(factory)
})

test("an event of script's own making is at its target in the listener, and stops at once", async () => {
  const factory = createIndexedDB({ vfs: memory(), path: 'own' })
  const request = factory.deleteDatabase('test')
  await new Promise((resolve) => (request.onsuccess = resolve))
  const heard: unknown[] = []
  request.addEventListener('x', (event) => {
    heard.push(event.target, event.eventPhase)
    event.stopImmediatePropagation()
  })
  request.addEventListener('x', () => heard.push('second'))
  request.dispatchEvent(new IDBVersionChangeEvent('x', { oldVersion: 1 }))
  request.dispatchEvent(new IDBVersionChangeEvent('x', { oldVersion: 2 }))
  expect(heard).toEqual([request, Event.AT_TARGET, request, Event.AT_TARGET])
  await close(factory)
})
