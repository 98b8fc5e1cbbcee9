/** What goes wrong with a server, as the driver tells it. */
import { memberOf } from '../../base/thrown.ts'

/** What is known of it. */
export interface Problem {
  /** SQLSTATE, or the system's code such as `ECONNREFUSED`; null: neither was told. */
  readonly code: string | null
  /** The server's words; null: it has said nothing. */
  readonly message: string | null
  /** Whether the connection is of no use any more. */
  readonly isLoss: boolean
}

/** SQLSTATE → what it means here. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const sqlState = {
  divisionByZero: '22012',
  outOfRange: '22003',
  inFailedTransaction: '25P02',
  readOnlyTransaction: '25006',
  idleInTransaction: '25P03',
  lockNotAvailable: '55P03',
  undefinedTable: '42P01',
  undefinedSchema: '3F000',
  missingReference: '23503',
  undefinedColumn: '42703',
  insufficientPrivilege: '42501',
  wrongPassword: '28P01',
  undefinedDatabase: '3D000',
  undefinedObject: '42704',
  duplicateTable: '42P07',
  duplicateObject: '42710',
  wrongObjectType: '42809',
  diskFull: '53100',
  tooManyConnections: '53300',
  queryCancelled: '57014',
  dataCorrupted: 'XX001',
  indexCorrupted: 'XX002',
  programLimitExceeded: '54000',
  noSuchPrepared: '26000',
  preparedBefore: '42P05',
  deadlock: '40P01',
  serialization: '40001',
} as const

/** After these the server closes the connection, or is no longer the one that takes writes. */
const losses: readonly string[] = [
  sqlState.idleInTransaction,
  sqlState.readOnlyTransaction,
  '25P04',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
]

/** What `error`, which the driver has given, says. */
export function problemOf(error: unknown): Problem {
  const [code, severity, message] = ['code', 'severity', 'message'].map((name) =>
    memberOf(error, name),
  )
  const isAnswer = typeof severity === 'string' && typeof code === 'string' && code.length === 5
  if (!isAnswer) return { code: textOf(code) ?? codeOf(message), message: null, isLoss: true }
  const meant = code === byPooler ? codeOfRefusal(String(message)) : code
  const isLoss = losses.includes(meant) || meant.startsWith('08') || severity === 'PANIC'
  return { code: meant, message: textOf(message), isLoss }
}

/** The code of all that pgbouncer refuses by itself. */
export const byPooler = '08P01'

/** Its words, which it has in no other language → the code of a server. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:password|SASL) authentication failed|^empty password|^no such user/,
    sqlState.wrongPassword,
  ],
  [/^database ".*" does not exist|^no such database/s, sqlState.undefinedDatabase],
]

function codeOfRefusal(words: string): string {
  return refusals.find(([shape]) => shape.test(words))?.[1] ?? byPooler
}

/** The driver has no codes of its own. */
function codeOf(message: unknown): string | null {
  if (String(message).includes('does not support SSL')) return noTls
  return /password must be a (?:non-empty )?string/.test(String(message)) ? noPassword : null
}

/** What stands for a server's refusal to encrypt. */
export const noTls = 'NO_TLS'

/** What stands for a server that asks for a password where there is none. */
export const noPassword = 'NO_PASSWORD'

/** What stands for a pooler in transaction mode where none may be. */
export const pooled = 'POOLED'

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
