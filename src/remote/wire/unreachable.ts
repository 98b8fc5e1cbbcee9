/** Why no server can be used, in words that hold nothing of the connection string but hosts and ports. */
import { type Failure, failure } from '../../errors.ts'
import { byPooler, noPassword, noTls, pooled, type Problem, sqlState } from './problem.ts'

/** Whether waiting does not help: wrong name or password, no such database, an untrusted certificate. */
export function isFinal({ code }: Problem): boolean {
  return (
    code !== null &&
    (code === noTls ||
      code === pooled ||
      code === noPassword ||
      /^(?:28|3D|42)/.test(code) ||
      /CERT|SIGN|ALTNAME/.test(code))
  )
}

/** What is wrong with one of the servers. */
export interface ServerProblem extends Problem {
  /** Its host and port; null: they are not to be shown. */
  readonly server: string | null
}

/** The failure where none of the servers can be used, each for its reason. */
export function unreachable(problems: readonly ServerProblem[]): Failure {
  return unusable(problems, '')
}

/** The warning while one is still looked for, for that long in all. */
export function stillLooking(problems: readonly ServerProblem[], waitMs: number): Failure {
  const limit = waitMs === Infinity ? 'without limit' : `for ${waitMs / 1000} s in all`
  return unusable(problems, `; one that takes writes is looked for, ${limit} ("waitMs")`)
}

/** The failure of what was waiting for one when its factory was closed. */
export function givenUp(problems: readonly ServerProblem[]): Failure {
  const rest = '; its factory was closed, so it is looked for no longer'
  return { ...unusable(problems, rest, 'ERR_IDB_CLOSED'), name: 'AbortError' }
}

function unusable(
  problems: readonly ServerProblem[],
  rest: string,
  code: 'ERR_IDB_UNREACHABLE' | 'ERR_IDB_CLOSED' = 'ERR_IDB_UNREACHABLE',
): Failure {
  const message = `${whichOf(problems)}: ${reasonsOf(problems)}${rest}`
  const systemCode = problems.find((problem) => problem.code !== null)?.code
  return failure('UnknownError', message, { code, ...(systemCode && { systemCode }) })
}

function whichOf(problems: readonly ServerProblem[]): string {
  const [{ server } = { server: null }] = problems
  if (problems.length > 1) return `None of ${problems.length} PostgreSQL servers can be used`
  return `The PostgreSQL server ${server === null ? '' : `${server} `}cannot be used`
}

function reasonsOf(problems: readonly ServerProblem[]): string {
  if (problems.length === 1) return problems.map(reasonOf).join('')
  const told = problems.map((it) => (it.server === null ? '' : `${it.server}: `) + reasonOf(it))
  return [...new Set(told)].join('; ')
}

function reasonOf({ code, message }: Problem): string {
  if (code === sqlState.tooManyConnections) return fullBecause(message ?? '')
  return code === null ? 'it has not answered' : (reasons[code] ?? code)
}

/** Whose limit it is, as the server's words tell; in another language they do not. */
function fullBecause(message: string): string {
  const [, whose, raise] = limits.find(([words]) => words.test(message)) ?? anyLimit
  return `${whose} as many connections as it takes (53300); lower "connections" of postgres() in its processes, raise ${raise}, or put a pooler in front of it`
}

type Limit = readonly [words: RegExp, whose: string, raise: string]

const anyLimit: Limit = [/^/, 'this role, its database or the server has', 'the limit']

const limits: readonly Limit[] = [
  [/for role/, 'this role has', 'its limit with ALTER ROLE … CONNECTION LIMIT'],
  [/for database/, 'the database has', 'its limit with ALTER DATABASE … CONNECTION LIMIT'],
  [/too many clients|slots are reserved/, 'the server has', 'its "max_connections"'],
]

/** Code → what it means. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOENT: 'there is no such socket (ENOENT)',
  ENOTFOUND: 'its name is not known (ENOTFOUND)',
  [noTls]:
    'it does not encrypt (NO_TLS); switch TLS on there ("ssl = on"), or put "sslmode=disable" into the connection string where you trust the network in between',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
  CERT_HAS_EXPIRED: 'its certificate has expired (CERT_HAS_EXPIRED)',
  ...Object.fromEntries(
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ].map((code) => [
      code,
      `no authority that is known here vouches for its certificate; name it in the option "tls", as { ca } (${code})`,
    ]),
  ),
  [pooled]:
    'a pooler in transaction mode stands in front of it; name the server itself in the option "directConnectionString"',
  [noPassword]:
    'it asks for a password, and there is none; give it in the connection string, or in the environment variable PGPASSWORD',
  [sqlState.wrongPassword]: 'it does not accept the user or the password (28P01)',
  '28000': 'it does not let this user in (28000)',
  [sqlState.undefinedDatabase]: 'it has no such database (3D000)',
  [byPooler]: 'the pooler in front of it refuses the connection (08P01); its log says why',
  [sqlState.readOnlyTransaction]: 'it takes no writes: it is a replica, or was made read-only',
}
