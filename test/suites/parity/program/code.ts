/** A program as JavaScript that anybody can run: in a page's console, or in a module on any `indexedDB`. */
import type { CursorOp, Op, Program, RequestOp, SchemaOp, Step } from './program.ts'
import { prelude } from './code-prelude.ts'
import { text, valueCode } from './value-code.ts'

/** The program as one script. */
export function codeOf(program: Program): string {
  const rounds = program.rounds.map((round, at) => {
    const steps = round.steps.map(stepCode)
    return [`// Round ${at}`, ...steps, 'await idle()'].join('\n')
  })
  return [prelude.trim(), ...rounds].join('\n\n')
}

function stepCode(step: Step): string {
  if (step.do === 'compare') {
    return `attempt('cmp', () => log(indexedDB.cmp(${valueCode(step.a)}, ${valueCode(step.b)})))`
  }
  if (step.do === 'delete') {
    return `follow(${step.db}, 'deleteDatabase', indexedDB.deleteDatabase('parity-${step.db}'), {})`
  }
  const { db } = step
  if (step.do === 'close') return `${connectionCode(step)}?.close()`
  if (step.do === 'more') {
    const transaction = `transactions[${db}][${step.transaction} % transactions[${db}].length]`
    return `((tx) => {${lines(opsCode(step.ops, db))}})(${transaction})`
  }
  if (step.do === 'transaction') return transactionCode(step, db, connectionCode(step))
  const args = step.version === undefined ? '' : `, ${valueCode(step.version)}`
  const listeners = listenersCode({
    upgrade: `(tx, event) => {${lines(opsCode(step.upgrade, db))}}`,
    success: step.success.length > 0 && `(connection) => {${lines(successCode(step.success, db))}}`,
    ended: step.ended && `(event) => {${lines(opsCode(step.ended, db))}}`,
    versionchange: step.versionchange?.startsWith('close') && '(event) => event.target.close()',
    transactionError: reactionCode(step.transactionError),
    connectionError: reactionCode(step.connectionError),
    requestError: reactionCode(step.requestError),
  })
  return `attempt('open', () => follow(${db}, 'open', indexedDB.open('parity-${db}'${args}), ${listeners}))`
}

function connectionCode({ db, connection }: { db: number; connection: number }): string {
  return `connections[${db}][${connection} % connections[${db}].length]`
}

/** Of an open request, only what begins a transaction or closes is performed. */
function successCode(ops: readonly Op[], db: number): string[] {
  return ops.flatMap((op) => {
    if (op.do === 'close') return ['connection.close()']
    return op.do === 'transaction' ? [transactionCode(op, db, 'connection')] : []
  })
}

type Transaction = Extract<Op, { do: 'transaction' }>

function transactionCode(step: Transaction, db: number, connection: string): string {
  const { stores, mode = ['undefined'], options = ['undefined'], ops, ended } = step
  const args = [stores, mode, options].map(valueCode).join(', ')
  const listeners = listenersCode({
    ended: ended && `(event) => {${lines(opsCode(ended, db))}}`,
    transactionError: reactionCode(step.transactionError),
  })
  return `start(${db}, ${connection}, [${args}], (tx) => {${lines(opsCode(ops, db))}}, ${listeners})`
}

function opsCode(ops: readonly Op[], db: number): string[] {
  return ops.map((op) => opCode(op, db))
}

function opCode(op: Op, db: number): string {
  switch (op.do) {
    case 'request':
      return requestCode(op, db)
    case 'cursor':
      return cursorCode(op, db)
    case 'abort':
    case 'commit':
      return `attempt('${op.do}', () => tx.${op.do}())`
    case 'throw':
      return `throw new Error('A listener throws')`
    case 'prevent':
      return 'event.preventDefault()'
    case 'stop':
      return 'event.stopPropagation()'
    case 'close':
      return 'tx.db.close()'
    case 'inspect':
    case 'peek':
      return `log(tx.mode, [...tx.objectStoreNames])`
    case 'microtask':
      return `queueMicrotask(() => {${lines(opsCode(op.ops, db))}})`
    case 'transaction':
      return transactionCode(op, db, 'tx.db')
    default:
      return schemaCode(op)
  }
}

function requestCode(op: RequestOp, db: number): string {
  const index = op.index === undefined ? '' : `.index(${text(op.index)})`
  const call = `tx.objectStore(${text(op.store)})${index}.${op.method}(${op.args.map(valueCode).join(', ')})`
  const positions = op.positions?.map((ops) => `(event, cursor) => {${lines(opsCode(ops, db))}}`)
  const listeners = listenersCode({
    success: op.success && `(event, cursor) => {${lines(opsCode(op.success, db))}}`,
    error: op.error && `(event) => {${lines(opsCode(op.error, db))}}`,
    positions: positions && `[${positions.join(', ')}]`,
  })
  const path = op.index === undefined ? op.store : `${op.store}.${op.index}`
  return `request(${text(`${path}.${op.method}`)}, () => ${call}, ${listeners})`
}

function cursorCode(op: CursorOp, db: number): string {
  const call = `cursor.${op.method}(${op.args.map(valueCode).join(', ')})`
  const error = op.error && `(event) => {${lines(opsCode(op.error, db))}}`
  return `request('cursor.${op.method}', () => ${call}, ${listenersCode({ error })})`
}

function schemaCode(op: SchemaOp): string {
  const store = `tx.objectStore(${text(op.store)})`
  const change = (): string => {
    switch (op.do) {
      case 'createObjectStore':
        return `tx.db.createObjectStore(${text(op.store)}, ${valueCode(op.options)})`
      case 'deleteObjectStore':
        return `tx.db.deleteObjectStore(${text(op.store)})`
      case 'createIndex':
        return `${store}.createIndex(${text(op.index)}, ${valueCode(op.keyPath)}, ${valueCode(op.options)})`
      case 'deleteIndex':
        return `${store}.deleteIndex(${text(op.index)})`
      case 'renameObjectStore':
        return `(${store}.name = ${text(op.name)})`
      case 'renameIndex':
        return `(${store}.index(${text(op.index)}).name = ${text(op.name)})`
    }
  }
  return `attempt('${op.do}', () => ${change()})`
}

function reactionCode(reaction: string | undefined): string | undefined {
  const statements = [
    ...(reaction?.includes('prevent') ? ['event.preventDefault()'] : []),
    ...(reaction === 'stop' ? ['event.stopPropagation()'] : []),
    ...(reaction?.endsWith('throw') ? [`throw new Error('A listener throws')`] : []),
  ]
  return statements.length > 0 ? `(event) => {${lines(statements)}}` : undefined
}

/** An object literal of those that are there. */
function listenersCode(listeners: Readonly<Record<string, string | false | undefined>>): string {
  const members = Object.entries(listeners).flatMap(([name, code]) =>
    code ? [`${name}: ${code}`] : [],
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function lines(statements: readonly string[]): string {
  return statements.length === 0 ? '' : `\n${statements.join('\n')}\n`.replaceAll('\n', '\n  ')
}
