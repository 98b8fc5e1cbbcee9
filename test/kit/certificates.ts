/** Certificates of our own for tests, made by `openssl`. */
import { execFile, execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Of a server. */
export interface Certificate {
  /** The files' paths. */
  readonly certificate: string
  readonly key: string
}

/** One that signs, and what it has signed. */
export interface Authority {
  /** Its own certificate, as `ca` of `tls.connect()`. */
  readonly ca: string
  /** One for a name such as `IP:127.0.0.1`, valid from now on for some days; expired where they are less than none. */
  sign(subject: string, days: number): Promise<Certificate>
  remove(): Promise<void>
}

/** Whether there is the program. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const keyOf = (path: string): string[] => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-keyout',
  path,
]

/** Makes one, in a directory of its own, whose files the user of a server for tests can read. */
export async function makeAuthority(): Promise<Authority> {
  const root = await mkdtemp(join(tmpdir(), 'idb-tls-'))
  await chmod(root, 0o755)
  const [key, own] = [join(root, 'ca.key'), join(root, 'ca.crt')]
  await run('openssl', [
    'req',
    '-x509',
    ...keyOf(key),
    '-out',
    own,
    '-subj',
    '/CN=ca',
    '-days',
    '9',
  ])
  let count = 0
  return {
    ca: await readFile(own, 'utf8'),
    async sign(subject, days) {
      const name = join(root, `server-${count++}`)
      const made = { certificate: `${name}.crt`, key: `${name}.key` }
      const request = ['-out', `${name}.csr`, '-subj', '/CN=server']
      const naming = ['-addext', `subjectAltName=${subject}`]
      await run('openssl', ['req', ...keyOf(made.key), ...request, ...naming])
      const by = ['-CA', own, '-CAkey', key, '-CAcreateserial', '-copy_extensions', 'copy']
      const term = ['-days', String(days), '-out', made.certificate]
      await run('openssl', ['x509', '-req', '-in', `${name}.csr`, ...by, ...term])
      await chmod(made.key, 0o600)
      if (process.getuid?.() === 0) await chown(made.key, 65534, 65534)
      return made
    },
    remove: () => rm(root, { recursive: true }),
  }
}
