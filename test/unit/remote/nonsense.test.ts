/** What listens where a server should, and is none. */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { remoteFactory } from '../../kit/postgres-schema.ts'
import { resultOf } from '../../kit/promises.ts'

let server: Server | null = null
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  server = null
})

/** Opens a database of a server that answers so, the first time that it is sent something and each time after that. */
async function openingAt(answers: readonly Buffer[]): Promise<unknown> {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let count = 0
    socket.on('data', () => {
      const answer = answers[Math.min(count++, answers.length - 1)]
      if (answer) socket.write(answer)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // It listens on a port.
  const connectionString = `postgres://otto:secret@127.0.0.1:${port}/library`
  return resultOf(remoteFactory({ connectionString, waitMs: 0 }, () => {}).open('test'))
}

function message(code: string, body: Buffer, length = body.length + 4): Buffer {
  const head = Buffer.alloc(5)
  head.write(code)
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, body])
}

/** It lets anyone in, and is ready. */
const welcome = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))])
const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))

const peers: Readonly<Record<string, readonly Buffer[]>> = {
  'sends what no server sends': [noise],
  'speaks HTTP': [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  'asks for a password in a way that there is not': [message('R', Buffer.from([0, 0, 0, 99]))],
  'sends half a message, and is silent': [message('E', Buffer.from('SERR'), 100)],
  'announces a message of 1 GiB, and is silent': [message('R', Buffer.alloc(4), 2 ** 30)],
  'announces a message of no length': [message('R', Buffer.alloc(4), 0)],
  'lets anyone in, and then sends what no server sends': [welcome, noise],
  'lets anyone in, and then sends a row of more columns than it has bytes': [
    welcome,
    message('D', Buffer.from([127, 255, 127, 255, 255, 255])),
  ],
  'lets anyone in, and is silent': [welcome, Buffer.alloc(0)],
}

for (const [title, answers] of Object.entries(peers)) {
  test(`a peer that ${title} is no server`, { timeout: 20_000 }, async () => {
    await expect(openingAt(answers)).rejects.toMatchObject({
      name: 'UnknownError',
      message: expect.not.stringMatching(/secret|otto|library/),
      cause: { code: 'ERR_IDB_UNREACHABLE' },
    })
  })
}

test('a server whose name cannot be found is named, with its code, and no more is', async () => {
  const connectionString = 'postgres://otto:secret@nowhere.invalid/library'
  const opening = resultOf(remoteFactory({ connectionString, waitMs: 0 }, () => {}).open('test'))
  await expect(opening).rejects.toMatchObject({
    message: expect.stringMatching(
      /^The PostgreSQL server nowhere\.invalid:5432 cannot be used: (?!.*(?:secret|otto|library))/,
    ),
    cause: {
      code: 'ERR_IDB_UNREACHABLE',
      systemCode: expect.stringMatching(/^E(?:NOTFOUND|AI_AGAIN)$/),
    },
  })
})
