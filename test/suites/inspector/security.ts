/** Who gets nothing from the inspector's server: everybody but the page that it has given out itself. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type Built, fill, withDirectory } from './kit.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a request with chosen headers, `Host` and `Origin` included, which a page may not choose. */
function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const asPage = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' }
const databases: Asked = { method: 'POST', headers: asPage, body: '[]' }

interface Served {
  readonly url: string
  readonly origin: string
}

export interface SecurityCheck {
  readonly title: string
  readonly run: (served: Served) => Promise<void>
}

export const securityChecks: readonly SecurityCheck[] = [
  {
    title: 'with the secret, the page and the data are served, and may be put in no other page',
    async run({ url }) {
      const page = await ask(url)
      assert.equal(page.status, 200)
      const policy = String(page.headers['content-security-policy'])
      assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
      assert.equal(page.headers['access-control-allow-origin'], undefined)
      const data = await ask(`${url}api/databases`, databases)
      assert.deepEqual(JSON.parse(data.text), { result: [{ name: 'shop', version: 3 }] })
    },
  },
  {
    title: 'without the secret, with a wrong one, or with a part of it, nothing is served',
    async run({ url, origin }) {
      const token = url.slice(origin.length + 1, -1)
      for (const given of ['', 'x', token.slice(0, -1), `${token}x`, token.toLowerCase() + 'A']) {
        for (const path of ['', '/', '/inspector.js', '/events', '/api/databases']) {
          const posted = path.startsWith('/api') ? databases : {}
          const answer = await ask(`${origin}/${given}${path}`, posted)
          assert.deepEqual([answer.status, answer.text], [404, ''], `${given}${path}`)
        }
      }
    },
  },
  {
    title: 'under another name of this machine, nothing is served',
    async run({ url }) {
      for (const host of ['example.org', 'localhost', '127.0.0.1', '[::1]:80']) {
        const answer = await ask(url, { headers: { Host: host } })
        assert.deepEqual([answer.status, answer.text], [421, ''], host)
      }
    },
  },
  {
    title: 'a page of another origin gets nothing, even with the secret',
    async run({ url, origin }) {
      const foreign = [
        { Origin: 'http://example.org' },
        { Origin: 'null' },
        { Origin: origin.replace('127.0.0.1', 'localhost') },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
      ]
      for (const headers of foreign) {
        const asked = { ...databases, headers: { ...asPage, ...headers } }
        const answer = await ask(`${url}api/databases`, asked)
        assert.deepEqual([answer.status, answer.text], [403, ''], JSON.stringify(headers))
      }
    },
  },
  {
    title: 'a form of another page cannot post: the answer is for JSON alone',
    async run({ url }) {
      const headers = { 'Content-Type': 'text/plain' }
      const answer = await ask(`${url}api/databases`, { ...databases, headers })
      assert.equal(answer.status, 415)
    },
  },
  {
    title: 'nothing is written unless that was allowed at the start',
    async run({ url }) {
      const place = { database: 'shop', store: 'orders', key: 1 }
      for (const method of ['put', 'remove']) {
        const body = JSON.stringify([place, { id: 1 }])
        const answer = await ask(`${url}api/${method}`, { ...databases, body })
        assert.deepEqual([answer.status, answer.text], [403, ''], method)
      }
    },
  },
  {
    title:
      'a method that is none, inherited names included, and a body that is too long are refused',
    async run({ url }) {
      for (const name of ['constructor', 'close', 'watch', '__proto__', '']) {
        assert.equal((await ask(`${url}api/${name}`, databases)).status, 404, name)
      }
      const long = { ...databases, body: `[${' '.repeat(16_000_001)}]` }
      assert.equal((await ask(`${url}api/databases`, long)).status, 413)
    },
  },
  {
    title: 'no other address of this machine answers',
    async run({ origin }) {
      const { port } = new URL(origin)
      const others = Object.values(networkInterfaces())
        .flatMap((it) => it ?? [])
        .filter(({ internal, family }) => !internal && family === 'IPv4')
      for (const { address } of others) {
        await assert.rejects(ask(`http://${address}:${port}/`), /ECONNREFUSED/)
      }
    },
  },
]

/** Runs them against a server that may not write. @returns the complaints */
export async function complaintsOfSecurity(
  built: Built,
  checks: readonly SecurityCheck[],
): Promise<string[]> {
  const complaints: string[] = []
  await withDirectory(async (path) => {
    const indexedDB = built.library.createIndexedDB({ path })
    await fill(indexedDB as unknown as IDBFactory, 10)
    await built.library.close(indexedDB)
    const before = readdirSync(path).sort()
    const { url, close } = await built.serveInspector({ path })
    for (const { title, run } of checks) {
      await run({ url, origin: new URL(url).origin }).catch((error: unknown) =>
        complaints.push(`${title}\n  ${String(error)}`),
      )
    }
    await close()
    const after = readdirSync(path).sort()
    if (after.join() !== before.join()) complaints.push(`looking leaves ${after.join()}`)
    const missing = join(path, 'none')
    const started = await built.serveInspector({ path: missing }).catch(() => null)
    if (started !== null || existsSync(missing)) complaints.push('looking makes a directory')
  })
  return complaints
}
