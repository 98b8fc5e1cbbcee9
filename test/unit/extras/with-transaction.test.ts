import { expect, test } from 'vitest'
import { type Ask, getMany, putMany, withTransaction } from '../../../src/extras.ts'
import { resultOf } from '../../kit/promises.ts'
import { bookOf, inMemory, openLibrary, turn } from './library.ts'

const limit = { timeLimit: 60_000 }

function countBooks(library: IDBDatabase): Promise<number> {
  return resultOf(library.transaction('books').objectStore('books').count())
}

test('A transaction outlives what is awaited in it, and commits when the action is done', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<unknown> => {
    const books = transaction.objectStore('books')
    await turn()
    await ask(() => books.put(bookOf(1)))
    for (let i = 0; i < 20; i++) await turn()
    await ask(() => putMany(books, [bookOf(2), bookOf(3)]))
    await turn()
    return ask(() => books.get(2))
  }
  expect(await withTransaction(library, ['books'], 'readwrite', action, limit)).toEqual(bookOf(2))
  expect(await countBooks(library)).toBe(3)
})

test('Others see nothing of it before it has committed', async () => {
  const library = await openLibrary()
  const seen: Promise<number>[] = []
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => transaction.objectStore('books').put(bookOf(1)))
    seen.push(countBooks(library))
    await turn()
    await ask(() => transaction.objectStore('books').put(bookOf(2)))
  }
  await withTransaction(library, 'books', 'readwrite', action, limit)
  expect(await seen[0]).toBe(2)
})

test('What the action throws aborts it, and is what the call rejects with', async () => {
  const library = await openLibrary()
  const reason = new Error('changed my mind')
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => transaction.objectStore('books').put(bookOf(1)))
    throw reason
  }
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  await expect(call).rejects.toBe(reason)
  expect(await countBooks(library)).toBe(0)
})

test('A request that fails aborts it, while the action awaits something else', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    const books = transaction.objectStore('books')
    await ask(() => books.put(bookOf(1)))
    void ask(() => books.add(bookOf(1))).catch(() => {})
    await new Promise(() => {})
  }
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  await expect(call).rejects.toMatchObject({ name: 'ConstraintError' })
  expect(await countBooks(library)).toBe(0)
})

test('It goes on after a failure whose event is prevented', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<string> => {
    const books = transaction.objectStore('books')
    await ask(() => books.put(bookOf(1)))
    const clash = ask(() => {
      const request = books.add(bookOf(1))
      request.onerror = (event) => event.preventDefault()
      return request
    })
    const name = await clash.catch((error: DOMException) => error.name)
    await turn()
    await ask(() => books.put(bookOf(2)))
    return String(name)
  }
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  expect(await call).toBe('ConstraintError')
  expect(await countBooks(library)).toBe(2)
})

test('It may be committed early, and then takes nothing more', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => {
      transaction.objectStore('books').put(bookOf(1))
      transaction.commit()
    })
  }
  await withTransaction(library, 'books', 'readwrite', action, limit)
  expect(await countBooks(library)).toBe(1)
})

test('One that takes longer than its limit is aborted, with an error that says where', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => transaction.objectStore('books').put(bookOf(1)))
    await new Promise(() => {})
  }
  const call = withTransaction(library, 'books', 'readwrite', action, { timeLimit: 20 })
  const here = expect.stringContaining('with-transaction.test')
  await expect(call).rejects.toMatchObject({
    name: 'AbortError',
    message: expect.stringMatching(/"books" of database "test" was aborted after 20 ms/),
    cause: {
      code: 'ERR_IDB_TIME_LIMIT',
      database: 'test',
      stores: ['books'],
      limit: 20,
      created: here,
      lastRequest: here,
    },
  })
  expect(await countBooks(library)).toBe(0)
})

test('What aborts it while several requests are under way is what it ends with', async () => {
  const library = await openLibrary()
  const action = (transaction: IDBTransaction, ask: Ask): Promise<unknown> =>
    ask(() => {
      const books = transaction.objectStore('books')
      books.put(bookOf(1))
      books.add(bookOf(1))
      return getMany(books, [1, 2])
    })
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  await expect(call).rejects.toMatchObject({ name: 'ConstraintError' })
})

test('The place where it was called has no name that an option gave it', async () => {
  const library = await openLibrary()
  const call = (async () =>
    withTransaction(library, 'books', 'readonly', () => new Promise(() => {}), { timeLimit: 20 }))()
  const { cause } = await call.then(
    () => expect.unreachable(),
    (error: { cause: { created: string } }) => error,
  )
  expect(cause.created).toContain('with-transaction.test')
  expect(cause.created).not.toContain('timeLimit')
})

test('A request made without ask() is told of it', async () => {
  const library = await openLibrary()
  const call = withTransaction(
    library,
    'books',
    'readwrite',
    async (transaction) => {
      await new Promise((resolve) => setTimeout(resolve))
      transaction.objectStore('books').put(bookOf(1))
    },
    limit,
  )
  await expect(call).rejects.toMatchObject({
    name: 'TransactionInactiveError',
    message: expect.stringMatching(
      /it is kept alive, and takes requests in the function .* ask\(\)/,
    ),
  })
})

test.each([undefined, 0, -1, NaN, Infinity, '5'])('A limit of %s is refused', async (timeLimit) => {
  const library = await openLibrary()
  const options = { timeLimit } as { timeLimit: number }
  const call = withTransaction(library, 'books', 'readwrite', () => 1, options)
  await expect(call).rejects.toMatchObject({ name: 'TypeError', option: 'timeLimit' })
})

test('What is asked after it has committed is refused', async () => {
  const library = await openLibrary()
  let kept: Ask | undefined
  await withTransaction(library, 'books', 'readwrite', (_, ask) => void (kept = ask), limit)
  await expect(kept?.(() => 1)).rejects.toMatchObject({ name: 'TransactionInactiveError' })
})

test('What is asked while it commits is refused once it has', async () => {
  const library = await openLibrary()
  let asked: Promise<unknown> | undefined
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => transaction.commit())
    asked = ask(() => 1)
    asked.catch(() => {})
  }
  await withTransaction(library, 'books', 'readwrite', action, limit)
  await expect(asked).rejects.toMatchObject({ name: 'TransactionInactiveError' })
})

test('A request that is done is given to ask() for its result', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<unknown> => {
    const books = transaction.objectStore('books')
    const putting = await ask(() => ({ request: books.put(bookOf(1)) }))
    await ask(() => books.count())
    await turn()
    const key = await ask(() => putting.request)
    await ask(() => books.put(bookOf(2)))
    return key
  }
  expect(await withTransaction(library, 'books', 'readwrite', action, limit)).toBe(1)
  expect(await countBooks(library)).toBe(2)
})

test('A request that has failed already, and was let pass, is given to ask() for its error', async () => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<unknown> => {
    const books = transaction.objectStore('books')
    await ask(() => books.put(bookOf(1)))
    const clash = await ask(() => {
      const request = books.add(bookOf(1))
      request.onerror = (event) => event.preventDefault()
      return { request }
    })
    await ask(() => books.count())
    return ask(() => clash.request).catch((error: DOMException) => error.name)
  }
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  expect(await call).toBe('ConstraintError')
  expect(await countBooks(library)).toBe(1)
})

test.each([
  ['another', (library: IDBDatabase) => library.transaction('log').objectStore('log').count()],
  ['no', () => inMemory().open('other')],
])('A request of %s transaction is refused, and nothing is stored', async (whose, make) => {
  const library = await openLibrary()
  const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
    await ask(() => transaction.objectStore('books').put(bookOf(1)))
    await ask(() => make(library) as IDBRequest)
  }
  const call = withTransaction(library, 'books', 'readwrite', action, limit)
  await expect(call).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ERR_IDB_INVALID_OPTION',
    message: expect.stringContaining(`a request of ${whose} transaction`),
  })
  expect(await countBooks(library)).toBe(0)
})

test.each([
  [
    'throws',
    (reason: Error) => () => {
      throw reason
    },
  ],
  ['returns a promise that rejects', (reason: Error) => () => Promise.reject(reason)],
])(
  'Where the function given to ask() %s, nothing is stored, even if that is caught',
  async (_, failing) => {
    const library = await openLibrary()
    const reason = new Error('changed my mind')
    const action = async (transaction: IDBTransaction, ask: Ask): Promise<void> => {
      await ask(() => transaction.objectStore('books').put(bookOf(1)))
      await ask(failing(reason)).catch(() => {})
    }
    const call = withTransaction(library, 'books', 'readwrite', action, limit)
    await expect(call).rejects.toBe(reason)
    expect(await countBooks(library)).toBe(0)
  },
)
