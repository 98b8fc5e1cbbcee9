/** Why no server can be used, in words that hold nothing of the connection string. */
import { type Failure, failure } from '../../errors.ts'
import { noPassword, noTls, pooled, type Problem, sqlState } from './problem.ts'

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

/** The failure where none of the servers can be used, each for its reason. */
export function unreachable(problems: readonly Problem[]): Failure {
  const codes = [...new Set(problems.map(({ code }) => code ?? 'no answer'))]
  const [code] = codes
  const known = codes.length === 1 && code !== undefined ? reasons[code] : undefined
  const which =
    problems.length === 1
      ? 'The PostgreSQL server cannot be used'
      : `None of ${problems.length} PostgreSQL servers can be used`
  const message = `${which}: ${known ?? codes.join(', ')}`
  const systemCode = problems.find((problem) => problem.code !== null)?.code
  return failure('UnknownError', message, {
    code: 'ERR_IDB_UNREACHABLE',
    ...(systemCode && { systemCode }),
  })
}

/** Code → what it means. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOENT: 'there is no such socket (ENOENT)',
  ENOTFOUND: 'its name is not known (ENOTFOUND)',
  [noTls]: 'it does not encrypt; let it, or say "sslmode=disable" where no one can listen',
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
  '3D000': 'it has no such database (3D000)',
  [sqlState.tooManyConnections]: 'it has as many connections as it takes (53300)',
  [sqlState.readOnlyTransaction]: 'it takes no writes: it is a replica, or was made read-only',
}
