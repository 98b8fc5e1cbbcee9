/** Arbitrary programs. */
import fc from 'fast-check'
import type {
  Encoded,
  Op,
  OpenStep,
  Program,
  Reaction,
  RequestOp,
  Round,
  Step,
  VersionChangeReaction,
} from './program.ts'
import { anyKey, count, direction, optionalQuery, query, value } from './values.ts'

/** The same programs for the same seed. */
export function generatePrograms(seed: number, programCount: number): readonly Program[] {
  return fc.sample(program, { seed, numRuns: programCount })
}

const constants = <Items extends readonly unknown[]>(
  ...items: Items
): fc.Arbitrary<Items[number]> => fc.constantFrom(...items)

/** Absent as often as not would be too often: `weight` times in ten it is there. */
const sometimes = <Item>(
  weight: number,
  item: fc.Arbitrary<Item>,
): fc.Arbitrary<Item | undefined> =>
  fc.oneof({ weight, arbitrary: item }, { weight: 10 - weight, arbitrary: fc.constant(undefined) })

const storeName = fc.oneof(
  { weight: 12, arbitrary: constants('a', 'b') },
  { weight: 1, arbitrary: constants('c', 'gone', '') },
)
const indexName = fc.oneof(
  { weight: 12, arbitrary: constants('i', 'j') },
  { weight: 1, arbitrary: constants('k', 'gone', '') },
)

const keyPath: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 8, arbitrary: constants('id', 'x', 'y', 'n.id') },
  { weight: 3, arbitrary: fc.constant<Encoded>(['array', 'x', 'y']) },
  {
    weight: 1,
    arbitrary: constants<Encoded[]>(
      '',
      'x.length',
      ['array', 'id'],
      ['array'],
      ['array', 'x', ''],
      '1a',
      'a..b',
      ['array', ['array', 'x']],
      null,
    ),
  },
)

const storeOptions: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Encoded>(['undefined']) },
  { weight: 2, arbitrary: fc.constant<Encoded>(['object', ['autoIncrement', true]]) },
  { weight: 3, arbitrary: keyPath.map((it): Encoded => ['object', ['keyPath', it]]) },
  {
    weight: 2,
    arbitrary: keyPath.map((it): Encoded => ['object', ['keyPath', it], ['autoIncrement', true]]),
  },
)

const indexOptions: fc.Arbitrary<Encoded> = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 }))
  .map(([unique, multiEntry]): Encoded => [
    'object',
    ['unique', unique === 0],
    ['multiEntry', multiEntry === 0],
  ])

const reaction: fc.Arbitrary<Reaction | undefined> = sometimes(
  4,
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Reaction>('prevent') },
    { weight: 1, arbitrary: constants<Reaction[]>('stop', 'throw', 'prevent and throw') },
  ),
)

/** Removes absent members, which JSON has none of. */
function compact<Item extends object>(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item).filter(([, member]) => member !== undefined),
  ) as Item // Only absent members are gone.
}

const tuple = <Items extends Encoded[]>(
  ...items: { [Key in keyof Items]: fc.Arbitrary<Items[Key]> }
) => fc.tuple(...items) as fc.Arbitrary<readonly Encoded[]> // A tuple of what may be encoded.

const retrievalOptions: fc.Arbitrary<Encoded> = fc
  .record({ query: optionalQuery, count, direction }, { requiredKeys: [] })
  .map((it): Encoded => ['object', ...Object.entries(it)])

/** Methods with their arguments; those of reading exist on stores and indexes. */
const readCall: fc.Arbitrary<{ method: string; args: readonly Encoded[] }> = fc.oneof(
  fc.record({ method: constants('get', 'getKey'), args: tuple(query) }),
  fc.record({ method: constants('getAll', 'getAllKeys'), args: tuple(optionalQuery, count) }),
  fc.record({
    method: constants('getAll', 'getAllKeys', 'getAllRecords'),
    args: tuple(retrievalOptions),
  }),
  fc.record({ method: fc.constant('count'), args: fc.oneof(tuple(), tuple(optionalQuery)) }),
)

const writeCall: fc.Arbitrary<{ method: string; args: readonly Encoded[] }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ method: constants('put', 'add'), args: tuple(value, anyKey) }),
  },
  { weight: 5, arbitrary: fc.record({ method: constants('put', 'add'), args: tuple(value) }) },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('delete'), args: tuple(query) }) },
  { weight: 1, arbitrary: fc.constant({ method: 'clear', args: [] }) },
)

const cursorCall = fc.record({
  method: constants('openCursor', 'openKeyCursor'),
  args: fc.oneof(
    { weight: 4, arbitrary: tuple(optionalQuery, direction) },
    { weight: 1, arbitrary: tuple(optionalQuery) },
  ),
})

/** Operations of transactions, with listeners that perform others down to a depth. */
interface Depths {
  /** The next level of listeners. */
  readonly inner: fc.Arbitrary<readonly Op[]>
}

const noOps = fc.constant<readonly Op[]>([])

const optionalIndex = sometimes(4, indexName)
const stale = sometimes(1, fc.constant(true))

function requestOp({ inner }: Depths): fc.Arbitrary<Op> {
  const listeners = { success: sometimes(3, inner), error: sometimes(5, errorOps(inner)) }
  const common = { do: fc.constant('request' as const), store: storeName, stale, ...listeners }
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({ ...common, call: writeCall })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)), // compact removes undefined
    },
    {
      weight: 4,
      arbitrary: fc
        .record({ ...common, index: optionalIndex, call: readCall })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)),
    },
    {
      weight: 4,
      arbitrary: fc
        .record({
          ...common,
          index: optionalIndex,
          call: cursorCall,
          positions: fc.array(positionOps(inner), { maxLength: 6 }),
        })
        .map(({ call, ...op }): Op => compact({ ...op, ...call } as RequestOp)),
    },
  )
}

function errorOps(inner: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<readonly Op[]> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant<readonly Op[]>([{ do: 'prevent' }]) },
    { weight: 1, arbitrary: fc.constant<readonly Op[]>([{ do: 'stop' }]) },
    { weight: 1, arbitrary: fc.constant<readonly Op[]>([{ do: 'prevent' }, { do: 'throw' }]) },
    { weight: 2, arbitrary: inner.map((ops): readonly Op[] => [{ do: 'prevent' }, ...ops]) },
  )
}

/** Some work at a cursor's position, then most often a step. */
function positionOps(inner: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<readonly Op[]> {
  const change: fc.Arbitrary<Op> = fc.oneof(
    fc
      .record({
        do: fc.constant('cursor' as const),
        method: fc.constant('update' as const),
        args: tuple(value),
        error: sometimes(5, errorOps(inner)),
      })
      .map((it): Op => compact(it) as Op), // compact removes undefined
    fc.constant<Op>({ do: 'cursor', method: 'delete', args: [] }),
  )
  const step: fc.Arbitrary<Op> = fc
    .oneof(
      { weight: 6, arbitrary: fc.constant({ method: 'continue' as const, args: [] as Encoded[] }) },
      {
        weight: 2,
        arbitrary: fc.record({ method: fc.constant('continue' as const), args: tuple(anyKey) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          method: fc.constant('advance' as const),
          args: tuple(constants<Encoded[]>(1, 1, 2, 3, 0, -1, 'x', 2 ** 32)),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          method: fc.constant('continuePrimaryKey' as const),
          args: tuple(anyKey, anyKey),
        }),
      },
    )
    .map((it): Op => ({ do: 'cursor', ...it }))
  return fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant<readonly Op[]>([]) },
        { weight: 2, arbitrary: change.map((it) => [it]) },
        { weight: 1, arbitrary: inner },
      ),
      fc.oneof(
        { weight: 8, arbitrary: step.map((it) => [it]) },
        { weight: 1, arbitrary: fc.tuple(step, step) },
        { weight: 1, arbitrary: noOps },
      ),
    )
    .map(([work, steps]) => [...work, ...steps])
}

const endOp: fc.Arbitrary<Op> = constants<Op[]>({ do: 'abort' }, { do: 'commit' }, { do: 'close' })

const lookOp: fc.Arbitrary<Op> = constants<Op[]>({ do: 'inspect' }, { do: 'peek' })

const schemaOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('createObjectStore' as const),
      store: storeName,
      options: storeOptions,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('deleteObjectStore' as const), store: storeName }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('createIndex' as const),
      store: storeName,
      index: indexName,
      keyPath,
      options: indexOptions,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deleteIndex' as const),
      store: storeName,
      index: indexName,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('renameObjectStore' as const),
      store: storeName,
      name: storeName,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('renameIndex' as const),
      store: storeName,
      index: indexName,
      name: indexName,
    }),
  },
)

/** Operations of listeners, then of theirs; the innermost have none. */
const innermost = listenerOps({ inner: noOps }, 3)
const middle = listenerOps({ inner: innermost }, 3)

function listenerOps(depths: Depths, maxLength: number): fc.Arbitrary<readonly Op[]> {
  return fc.array(
    fc.oneof(
      { weight: 14, arbitrary: requestOp(depths) },
      { weight: 2, arbitrary: endOp },
      { weight: 1, arbitrary: constants<Op[]>({ do: 'throw' }) },
      { weight: 2, arbitrary: lookOp },
      { weight: 1, arbitrary: depths.inner.map((ops): Op => ({ do: 'microtask', ops })) },
    ),
    { maxLength },
  )
}

const transactionOps = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: requestOp({ inner: middle }) },
    { weight: 1, arbitrary: endOp },
    { weight: 2, arbitrary: lookOp },
    { weight: 1, arbitrary: middle.map((ops): Op => ({ do: 'microtask', ops })) },
  ),
  { minLength: 1, maxLength: 10 },
)

const scope: fc.Arbitrary<Encoded> = fc.oneof(
  { weight: 4, arbitrary: constants<Encoded[]>('a', 'b') },
  { weight: 8, arbitrary: fc.constant<Encoded>(['array', 'a', 'b']) },
  {
    weight: 1,
    arbitrary: constants<Encoded[]>(['array'], ['array', 'a', 'gone'], 'c', [
      'array',
      'b',
      'a',
      'b',
    ]),
  },
)

const mode: fc.Arbitrary<Encoded | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Encoded>('readwrite') },
  { weight: 4, arbitrary: fc.constant<Encoded>('readonly') },
  { weight: 1, arbitrary: constants<Encoded[]>('versionchange', 'x', ['undefined']) },
)

const transactionOptions: fc.Arbitrary<Encoded | undefined> = sometimes(
  3,
  constants('strict', 'relaxed', 'default', 'x').map((it): Encoded => [
    'object',
    ['durability', it],
  ]),
)

const transactionMembers = {
  do: fc.constant('transaction' as const),
  stores: scope,
  mode,
  options: transactionOptions,
  transactionError: reaction,
}

/** Ops in which further transactions start; they take effect in `chain` rounds. */
const nestedTransaction: fc.Arbitrary<Op> = fc
  .record({ ...transactionMembers, ops: listenerOps({ inner: innermost }, 4) })
  .map((it) => compact(it) as Op) // compact removes undefined

const chainOps: fc.Arbitrary<readonly Op[]> = fc
  .tuple(
    transactionOps,
    fc.record({
      do: fc.constant('request' as const),
      store: storeName,
      method: fc.constant('count'),
      args: tuple(),
      success: fc.tuple(nestedTransaction, fc.oneof(nestedTransaction, endOp)),
    }),
  )
  .map(([ops, request]): readonly Op[] => [...ops, request])

const connectionNumber = fc.nat({ max: 3 })

const db = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(1) },
)

const transactionStep = (ops: fc.Arbitrary<readonly Op[]>): fc.Arbitrary<Step> =>
  fc
    .record({
      ...transactionMembers,
      db,
      connection: connectionNumber,
      ops,
      ended: sometimes(
        1,
        fc.tuple(fc.oneof(nestedTransaction, lookOp, requestOp({ inner: noOps }))),
      ),
    })
    .map((it): Step => compact(it) as Step) // compact removes undefined

const blocked = constants('now' as const, 'later' as const)

const upgradeOps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: schemaOp },
    { weight: 5, arbitrary: requestOp({ inner: listenerOpsWithSchema() }) },
    { weight: 1, arbitrary: lookOp },
    { weight: 1, arbitrary: fc.oneof(endOp, constants<Op[]>({ do: 'throw' })) },
  ),
  { maxLength: 10 },
)

function listenerOpsWithSchema(): fc.Arbitrary<readonly Op[]> {
  return fc.oneof(
    { weight: 3, arbitrary: middle },
    { weight: 1, arbitrary: fc.array(schemaOp, { maxLength: 2 }) },
  )
}

const openMembers = {
  do: fc.constant('open' as const),
  db,
  success: fc.array(nestedTransaction, { maxLength: 1 }),
  blocked,
  transactionError: reaction,
  connectionError: reaction,
  requestError: reaction,
  ended: sometimes(1, fc.tuple(lookOp)),
}

/** Versions rise with the position of the round, so that most upgrades happen. */
const openStep = (version: fc.Arbitrary<Encoded | undefined>): fc.Arbitrary<Step> =>
  fc
    .record({ ...openMembers, version, upgrade: upgradeOps })
    .map((it): Step => compact(it) as OpenStep) // compact removes undefined

const smallVersion: fc.Arbitrary<Encoded | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: constants<Encoded[]>(0, -1, 1.5, 'x', 2 ** 53, ['undefined'], null) },
)

const workRound: fc.Arbitrary<Round> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: transactionStep(transactionOps) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('more' as const),
          db,
          transaction: fc.nat({ max: 5 }),
          ops: listenerOps({ inner: innermost }, 3),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('close' as const),
          db,
          connection: connectionNumber,
        }),
      },
      { weight: 1, arbitrary: openStep(fc.constant(undefined)) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('compare' as const), a: anyKey, b: anyKey }),
      },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps): Round => ({ kind: 'parallel', steps }))

const versionRound: fc.Arbitrary<Round> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: openStep(smallVersion) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('delete' as const), db, blocked }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('close' as const),
          db,
          connection: connectionNumber,
        }),
      },
      { weight: 2, arbitrary: transactionStep(transactionOps) },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((steps): Round => ({ kind: 'parallel', steps }))

const chainRound: fc.Arbitrary<Round> = fc
  .oneof(
    { weight: 4, arbitrary: transactionStep(chainOps) },
    { weight: 1, arbitrary: openStep(smallVersion) },
  )
  .map((step): Round => ({ kind: 'chain', steps: [step] }))

/** A schema that gives most operations something to work on. */
const firstRound: fc.Arbitrary<Round> = fc
  .record({
    a: storeOptions,
    b: storeOptions,
    indexes: fc.array(
      fc.record({
        do: fc.constant('createIndex' as const),
        store: constants('a', 'b'),
        index: indexName,
        keyPath,
        options: indexOptions,
      }),
      { minLength: 1, maxLength: 4 },
    ),
    records: fc.array(requestOp({ inner: noOps }), { maxLength: 6 }),
    reaction: constants<Reaction[]>('prevent', 'prevent', 'prevent', 'nothing'),
  })
  .map(({ a, b, indexes, records, reaction: connectionError }): Round => {
    const upgrade: readonly Op[] = [
      { do: 'createObjectStore', store: 'a', options: a },
      { do: 'createObjectStore', store: 'b', options: b },
      ...indexes,
      ...records,
    ]
    const step = { do: 'open' as const, db: 0, version: 1, upgrade, success: [], connectionError }
    return { kind: 'parallel', steps: [step] }
  })

const round = fc.oneof(
  { weight: 6, arbitrary: workRound },
  { weight: 2, arbitrary: versionRound },
  { weight: 2, arbitrary: chainRound },
)

const versionChangeReaction: fc.Arbitrary<VersionChangeReaction> = fc.oneof(
  { weight: 4, arbitrary: constants<VersionChangeReaction[]>('close', 'nothing') },
  { weight: 1, arbitrary: constants<VersionChangeReaction[]>('throw', 'close and throw') },
)

/** One reaction for all: where some connections close and others do not, Firefox fires no `blocked`. */
const program: fc.Arbitrary<Program> = fc
  .record({
    capture: fc.boolean(),
    first: firstRound,
    rounds: fc.array(round, { minLength: 2, maxLength: 5 }),
    versionchange: versionChangeReaction,
  })
  .map(({ capture, first, rounds, versionchange }) => ({
    capture,
    rounds: [first, ...rounds].map(({ kind, steps }) => ({
      kind,
      steps: steps.map((step) => (step.do === 'open' ? { ...step, versionchange } : step)),
    })),
  }))
