/** The same view in a page of one's own. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

interface MountScenario {
  readonly title: string
  readonly run: (page: Page, origin: string) => Promise<void>
}

export const mountScenarios: readonly MountScenario[] = [
  {
    title: 'a page shows the browser’s own IndexedDB',
    run: (page, origin) => look(page, origin, 'native'),
  },
  {
    title: 'a page shows the databases in its origin private file system',
    run: (page, origin) => look(page, origin, 'opfs'),
  },
  {
    title:
      'as a part of a page it begins where it is told, has no heading of its own, and tells which database is shown',
    async run(page, origin) {
      await page.goto(origin)
      await page.evaluate(mountPart)
      const tree = page.getByRole('tree', { name: 'Databases' })
      await tree.getByRole('treeitem', { name: 'second', selected: false }).waitFor()
      await tree.getByRole('treeitem', { name: 'things', selected: true }).waitFor()
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 0)
      assert.equal(await page.getByRole('main').count(), 0)
      await tree.getByRole('treeitem', { name: 'first' }).click()
      await page.getByRole('heading', { name: 'first' }).waitFor()
      const told = () => (globalThis as unknown as { told: string[] }).told
      assert.deepEqual(await page.evaluate(told), ['second', 'first'])
    },
  },
]

async function look(page: Page, origin: string, engine: 'native' | 'opfs'): Promise<void> {
  await page.goto(origin)
  await page.evaluate(fillAndMount, engine)
  await page.getByRole('gridcell', { name: '3', exact: true }).click()
  await page.getByRole('treeitem', { name: /name "?third|name"third"/ }).waitFor()
  await page.getByRole('treeitem', { name: 'own' }).click()
  await page.getByRole('tab', { name: 'Activity' }).click()
  const words = { native: 'does not tell of transactions', opfs: 'Nothing was committed' }
  await page.getByText(words[engine]).waitFor()
  await page.evaluate(() => (globalThis as unknown as { unmount(): void }).unmount())
  assert.equal(await page.getByRole('gridcell').count(), 0)
}

/** In the page. */
async function fillAndMount(engine: 'native' | 'opfs'): Promise<void> {
  const load = (file: string) => import(new URL(`/dist/${file}`, location.href).href)
  const indexedDB: IDBFactory =
    engine === 'native' ? globalThis.indexedDB : (await load('index-browser.js')).createIndexedDB()
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open('own', 1)
    request.onerror = () => reject(request.error ?? new Error('Opening has failed'))
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('things')
      for (const [i, name] of ['first', 'second', 'third'].entries()) store.put({ name }, i + 1)
    }
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })
  const element = document.body.appendChild(document.createElement('div'))
  const { mountInspector } = await load('inspector/entry.js')
  const { unmount } = mountInspector(element, { indexedDB })
  Object.assign(globalThis, { unmount })
}

/** In the page. */
async function mountPart(): Promise<void> {
  for (const name of ['first', 'second']) {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(name, 1)
      request.onerror = () => reject(request.error ?? new Error('Opening has failed'))
      request.onupgradeneeded = () => request.result.createObjectStore('things')
      request.onsuccess = () => {
        request.result.close()
        resolve()
      }
    })
  }
  const told: (string | null)[] = []
  Object.assign(globalThis, { told })
  const { mountInspector } = await import(new URL('/dist/inspector/entry.js', location.href).href)
  const element = document.body.appendChild(document.createElement('div'))
  const onDatabase = (name: string | null) => void told.push(name)
  mountInspector(element, { indexedDB, isPart: true, database: 'second', onDatabase })
}
