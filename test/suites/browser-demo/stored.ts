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
      const record = visit.page.locator('.record-list li').first()
      await record.locator('summary').click()
      const text = await textMatching(record.locator('pre'), /species/)
      assert.match(text, /^\{\n {2}id: 1,\n {2}species: "/)
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
        page.getByRole('button', { name: 'Export SQLite file' }).click(),
      ])
      await textMatching(page.locator('.said'), /Saved demo-fill\.sqlite.*SQLite 3\.\d+\.\d+/)
      const { name, bytes } = await watch.evaluate(({ saved }) => saved)
      assert.equal(name, 'demo-fill.sqlite')
      checkSqliteFile(Buffer.from(bytes))
      if (download) assert.deepEqual([...(await readFile(await download.path()))], bytes)
      await source(visit, 'by ring').click()
      await textMatching(page.locator('.records header'), /Index of sightings.*unique.*100 records/)
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
        await source(visit, 'demo-fill').click()
        await textMatching(visit.page.locator('.records header'), /sightings.*100 records/)
      }
      await look(visit, 'Memory')
      await source(visit, 'demo-first-look').waitFor()
      assert.equal(await source(visit, 'demo-fill').count(), 0)
    },
  },
  {
    title: 'a deleted database is gone from the list',
    async run(visit) {
      await visit.run('Fill a store')
      await visit.page.getByRole('button', { name: 'Delete database' }).click()
      await source(visit, 'demo-fill').waitFor({ state: 'detached' })
      await visit.page.getByRole('button', { name: 'Delete database' }).click()
      await textMatching(visit.page.locator('#explorer'), /OPFS holds no database/)
    },
  },
  {
    title: 'what is about to be replaced by another engine’s data cannot be pressed',
    async run(visit) {
      const isInert = await visit.page.evaluate(() => {
        document.querySelector<HTMLInputElement>('input[name=explored][value=native]')?.click()
        return document.querySelector<HTMLElement>('.explorer-content')?.inert
      })
      assert.equal(isInert, true)
      await visit.done()
      assert.equal(await visit.page.locator('.explorer-content[inert]').count(), 0)
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

async function browse(visit: Visit, engine: string): Promise<void> {
  const { page } = visit
  await look(visit, engine)
  const keys = page.locator('.record-key')
  const pager = page.getByRole('navigation', { name: 'Pages of records' })
  await textMatching(pager, /1–25 of 100 records/)
  await textMatching(keys, /^1$/)
  await pager.getByRole('button', { name: 'Next' }).click()
  await textMatching(pager, /26–50 of 100 records/)
  await textMatching(keys, /^26$/)
  await pager.getByRole('button', { name: 'Previous' }).click()
  await textMatching(keys, /^1$/)
  await source(visit, 'by species').click()
  await textMatching(page.locator('.records header'), /Index of sightings.*key path "species"/)
  await textMatching(keys, /^"Arctic tern"$/)
}

async function look(visit: Visit, engine: string): Promise<void> {
  const choice = visit.page.locator('#explorer').getByRole('radio', { name: engine })
  await choice.check({ force: true })
  await visit.page.locator('#explorer[aria-busy=false]').waitFor()
}

function source(visit: Visit, name: string): Locator {
  return visit.page.getByRole('list', { name: 'Databases' }).getByRole('button', { name })
}

/** https://sqlite.org/fileformat.html#the_database_header */
function checkSqliteFile(bytes: Buffer): void {
  assert.equal(bytes.toString('latin1', 0, 16), 'SQLite format 3\0')
  const [pageSize, pageCount] = [bytes.readUInt16BE(16), bytes.readUInt32BE(28)]
  assert.equal(bytes.length, pageSize * pageCount)
  assert.ok(bytes.includes('Arctic tern'), 'the records are in the file, not in a log beside it')
}
