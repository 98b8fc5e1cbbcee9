/** The pictures of the inspector: a bookshop, one record open, light and dark. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startBrowser } from '../../kit/browsers.ts'
import { type Built, withDirectory } from './kit.ts'

interface Told extends Pick<Built, 'library' | 'serveInspector'> {
  /** Where the pictures go. */
  readonly folder: string
}

const size = { width: 1280, height: 760 }
/** Pixels of the picture for each of the page's: sharp where a README shows it at half its size. */
const scale = 1.5

const titles: readonly (readonly [title: string, author: string, year: number])[] = [
  ['Emma', 'Jane Austen', 1815],
  ['Frankenstein', 'Mary Shelley', 1818],
  ['Jane Eyre', 'Charlotte Brontë', 1847],
  ['Moby-Dick', 'Herman Melville', 1851],
  ['Walden', 'Henry David Thoreau', 1854],
  ['Middlemarch', 'George Eliot', 1871],
  ['The Time Machine', 'H. G. Wells', 1895],
  ['Kim', 'Rudyard Kipling', 1901],
  ['The Waves', 'Virginia Woolf', 1931],
  ['Ficciones', 'Jorge Luis Borges', 1944],
]

/** Gives the exit code. */
export async function main(_: readonly string[], told: Told): Promise<number> {
  const browser = await startBrowser('chromium')
  try {
    await withDirectory(async (directory) => {
      // The heading has the path as the shop's own user sees it.
      process.env['HOME'] = directory
      const path = join(directory, 'shop', 'data')
      const indexedDB = told.library.createIndexedDB({ path })
      await fill(indexedDB as unknown as IDBFactory)
      const served = await told.serveInspector({ path })
      const page = await (await browser.newContext()).newPage()
      for (const scheme of ['light', 'dark'] as const) {
        const picture = await pictureOf(page, served.url, scheme)
        await writeFile(join(told.folder, `inspector-${scheme}.webp`), picture)
        console.log(`inspector-${scheme}.webp: ${picture.length} bytes`)
      }
      await served.close()
      await told.library.close(indexedDB)
    })
  } finally {
    await browser.close()
  }
  return 0
}

async function fill(indexedDB: IDBFactory): Promise<void> {
  const request = indexedDB.open('bookshop', 3)
  request.onupgradeneeded = () => {
    const books = request.result.createObjectStore('books', { keyPath: 'isbn' })
    books.createIndex('by author', 'author')
    books.createIndex('by subject', 'subjects', { multiEntry: true })
    const orders = request.result.createObjectStore('orders', { autoIncrement: true })
    orders.createIndex('by customer', 'customer.name')
    const settings = request.result.createObjectStore('settings')
    for (const key of ['currency', 'language', 'theme']) settings.put(key, key)
    for (let id = 0; id < 2_400; id++) books.put(bookOf(id))
    for (let id = 0; id < 5_000; id++) orders.put(orderOf(id))
    request.result.onversionchange = () => request.result.close()
  }
  await new Promise<void>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result.close())
    request.onerror = () => reject(request.error ?? new Error('Opening has failed'))
  })
}

function bookOf(id: number): object {
  const [title, author, year] = titles[id % titles.length] ?? ['', '', 0]
  return {
    isbn: `978-0-${String(141_439_000 + id * 37)}`,
    title,
    author,
    published: new Date(Date.UTC(year, id % 12, 1 + (id % 28))),
    subjects: new Set(['fiction', ['classics', 'travel', 'science'][id % 3]]),
    stock: new Map([
      ['London', id % 7],
      ['Leipzig', (id * 3) % 5],
    ]),
    cover: Uint8Array.from({ length: 64 }, (_, i) => (i * 29 + id) % 256),
    price: { amount: 499 + ((id * 113) % 2_000), currency: 'EUR' },
  }
}

function orderOf(id: number): object {
  const name = ['Ada', 'Edsger', 'Grace', 'Radia'][id % 4]
  return { customer: { name }, placed: new Date(Date.UTC(2026, 0, 1 + (id % 300))), total: id % 97 }
}

async function pictureOf(page: Page, url: string, colorScheme: 'light' | 'dark'): Promise<Buffer> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  const session = await page.context().newCDPSession(page)
  const metrics = { ...size, deviceScaleFactor: scale, mobile: false }
  await session.send('Emulation.setDeviceMetricsOverride', metrics)
  await page.goto(url)
  const tree = page.getByRole('tree', { name: 'Databases' })
  await tree.getByRole('treeitem', { name: /^books\b/ }).click()
  await page.getByRole('gridcell').nth(8).click()
  await page.getByRole('tree', { name: 'Value' }).waitFor()
  const png = await page.screenshot()
  return webpOf(page, png)
}

/** The browser itself makes the smaller file. */
async function webpOf(page: Page, png: Buffer): Promise<Buffer> {
  await page.goto('about:blank')
  const address = await page.evaluate(
    async (source) => {
      const image = new Image()
      image.src = source
      await image.decode()
      const canvas = new OffscreenCanvas(image.width, image.height)
      canvas.getContext('2d')?.drawImage(image, 0, 0)
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.86 })
      return new Promise<string>((resolve) => {
        const reader = new FileReader()
        reader.onload = () => resolve(String(reader.result))
        reader.readAsDataURL(blob)
      })
    },
    `data:image/png;base64,${png.toString('base64')}`,
  )
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64')
}
