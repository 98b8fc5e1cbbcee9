/** Calls of the functions that `scope/database-page.ts` offers in a page. */
import type { Page } from 'playwright-core'
import type { Database, Options } from './scope/database-page.ts'

export type Method = keyof Database

/** Opens the page at `url` and gives it the functions. */
export async function load(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.evaluate(() => import(new URL('/scope/database-page.js', location.origin).href))
}

export function inPage(
  page: Page,
  method: Method,
  options: Options,
  key = '',
  value?: unknown,
): Promise<unknown> {
  return page.evaluate(
    ({ method, args }) => {
      const { database } = globalThis as unknown as { database: Database } // its script has run
      return database[method](...args)
    },
    { method, args: [options, key, value] as const },
  )
}

/** In the page's dedicated worker, which is started at the first call. */
export function inWorker(
  page: Page,
  method: Method,
  options: Options,
  key = '',
  value?: unknown,
): Promise<unknown> {
  return page.evaluate(
    (call) => {
      const holder = globalThis as { testWorker?: Worker } // this function alone uses it
      const worker = (holder.testWorker ??= new Worker('/scope/database-page.js', {
        type: 'module',
      }))
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) =>
          'error' in data ? reject(new Error(data.error)) : resolve(data.result)
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage(call)
      })
    },
    { method, args: [options, key, value] as const },
  )
}
