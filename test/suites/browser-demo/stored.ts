import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { type Scenario, type Visit, textMatching } from './visit.ts'

/** Looking at what is stored, and taking it along. */
export const storedScenarios: readonly Scenario[] = [
  {
    title: 'records and indexes can be paged through on every engine',
    async run(visit) {
      await visit.run('Fill a store')
      for (const engine of ['Native', 'Memory', 'OPFS']) await browse(visit, engine)
    },
  },
  {
    title: 'a record opens to its whole value',
    async run(visit) {
      await visit.run('Fill a store')
      await visit.place('demo-fill').waitFor()
      await visit.cells().first().click()
      const record = visit.page.getByRole('complementary', { name: '1' })
      const lines = record.getByRole('tree', { name: 'Value' }).getByRole('treeitem')
      await textMatching(lines, /^id ?1$/)
      await textMatching(lines, /^species ?"Arctic tern"$/)
      await record.getByRole('button', { name: 'Close the record' }).click()
      await record.waitFor({ state: 'detached' })
    },
  },
  {
    title: 'only the databases of the page are shown',
    async run(visit) {
      await visit.page.evaluate(createForeignDatabase)
      await look(visit, 'Native')
      await visit.place('demo-first-look').waitFor()
      assert.equal(await visit.place('foreign').count(), 0)
    },
  },
  {
    title: 'an exported file is a SQLite file, whole, and the database can still be read',
    isInShortForm: true,
    async run(visit) {
      await visit.run('Fill a store')
      const { page } = visit
      const watch = await page.evaluateHandle(watchNextDownload)
      const [download] = await Promise.all([
        // Engine: Firefox does not tell Playwright of downloads.
        isChromium(visit) ? page.waitForEvent('download') : null,
        visit.action('Export SQLite file').click(),
      ])
      await textMatching(page.locator('.said'), /Saved demo-fill\.sqlite.*SQLite 3\.\d+\.\d+/)
      const { name, bytes } = await watch.evaluate(({ saved }) => saved)
      assert.equal(name, 'demo-fill.sqlite')
      checkSqliteFile(Buffer.from(bytes))
      if (download) assert.deepEqual([...(await readFile(await download.path()))], bytes)
      await visit.place('by ring').click()
      await textMatching(visit.cells(), /^"R\d+"$/)
      await textMatching(pages(visit), /1–50 of 100/)
    },
  },
  {
    title: 'after a reload native and OPFS still hold the data, and memory does not',
    async run(visit) {
      await visit.run('Fill a store')
      await visit.page.reload()
      await visit.done()
      for (const engine of ['Native', 'OPFS']) {
        await look(visit, engine)
        await visit.place('demo-fill').click()
        await visit.page.getByRole('heading', { name: 'demo-fill' }).waitFor()
        await textMatching(visit.place('sightings'), /^sightings ?100$/)
      }
      await look(visit, 'Memory')
      await visit.place('demo-first-look').waitFor()
      assert.equal(await visit.place('demo-fill').count(), 0)
    },
  },
  {
    title: 'a deleted database is gone from the list',
    async run(visit) {
      await visit.run('Fill a store')
      await visit.action('Delete database').click()
      await visit.place('demo-fill').waitFor({ state: 'detached' })
      await visit.place('demo-first-look').waitFor()
      await visit.action('Delete database').click()
      await visit.page.getByText('There is no database here yet').waitFor()
      await visit.action('Delete database', { disabled: true }).waitFor()
    },
  },
  {
    title: 'export and delete mean the database that is looked at, and wait until one is',
    async run(visit) {
      const isOff = await visit.page.evaluate(() => {
        document.querySelector<HTMLInputElement>('input[name=explored][value=native]')?.click()
        return document.querySelector('.database-actions button:last-child')?.ariaDisabled
      })
      assert.equal(isOff, 'true')
      await visit.run('Fill a store')
      await visit.place('demo-first-look').click()
      await visit.page.getByRole('heading', { name: 'demo-first-look' }).waitFor()
      await visit.action('Delete database').click()
      await visit.place('demo-first-look').waitFor({ state: 'detached' })
      await visit.place('demo-fill').waitFor()
    },
  },
  {
    title: 'a second page uses OPFS together with the first, and alone when that is gone',
    async run(visit) {
      const second = await visit.another()
      const both = /^Done\. Memory: identical to native\. OPFS: identical to native\.$/
      assert.match(await second.run('Fill a store'), both)
      assert.match(await visit.run('Fill a store'), both)
      await visit.page.close()
      assert.match(await second.run('Fill a store'), both)
    },
  },
]

function isChromium({ context }: Visit): boolean {
  return context.browser()?.browserType().name() === 'chromium'
}

/** In the page: what is given resolves to the name and content of the next file that the page gives to be saved. */
function watchNextDownload(): { saved: Promise<{ name: string; bytes: number[] }> } {
  const { createObjectURL } = URL
  const saved = new Promise<{ name: string; bytes: number[] }>((resolve) => {
    URL.createObjectURL = (blob) => {
      URL.createObjectURL = createObjectURL
      const url = createObjectURL(blob)
      document.addEventListener('click', noteName, { once: true, capture: true })
      return url

      function noteName({ target }: Event): void {
        void readBytes(blob as Blob).then((bytes) => {
          resolve({ name: (target as HTMLAnchorElement).download, bytes })
        })
      }
    }
    async function readBytes(blob: Blob): Promise<number[]> {
      return [...new Uint8Array(await blob.arrayBuffer())]
    }
  })
  return { saved }
}

/** In the page. */
function createForeignDatabase(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('foreign')
    request.onerror = () => reject(request.error ?? new Error('Opening has failed'))
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })
}

async function browse(visit: Visit, engine: string): Promise<void> {
  const { page } = visit
  await look(visit, engine)
  await visit.place('demo-fill').waitFor()
  await textMatching(pages(visit), /1–50 of 100/)
  await textMatching(visit.cells(), /^1$/)
  await page.getByRole('button', { name: 'Next page' }).click()
  await textMatching(pages(visit), /51–100 of 100/)
  await textMatching(visit.cells(), /^51$/)
  await page.getByRole('button', { name: 'Previous page' }).click()
  await textMatching(visit.cells(), /^1$/)
  await visit.place('by species').click()
  await textMatching(visit.cells(), /^"Arctic tern"$/)
}

async function look(visit: Visit, engine: string): Promise<void> {
  const choice = visit.page.getByRole('group', { name: 'Engine to look into' })
  await choice.getByRole('radio', { name: engine }).check({ force: true })
}

/** Says which records are shown. */
function pages({ page }: Visit): Locator {
  return page.getByRole('navigation', { name: 'Pages of records' }).getByRole('status')
}

/** https://sqlite.org/fileformat.html#the_database_header */
function checkSqliteFile(bytes: Buffer): void {
  assert.equal(bytes.toString('latin1', 0, 16), 'SQLite format 3\0')
  const [pageSize, pageCount] = [bytes.readUInt16BE(16), bytes.readUInt32BE(28)]
  assert.equal(bytes.length, pageSize * pageCount)
  assert.ok(bytes.includes('Arctic tern'), 'the records are in the file, not in a log beside it')
}
