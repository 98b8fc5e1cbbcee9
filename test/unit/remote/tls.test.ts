/** The way to a server over a network: certificates and passwords. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installPostgres } from '../../../src/remote/entry.ts'
import { askServer } from '../../kit/ask-server.ts'
import {
  type Authority,
  type Certificate,
  hasOpenssl,
  makeAuthority,
} from '../../kit/certificates.ts'
import { type PostgresServer, startPostgres, whyNoServer } from '../../kit/postgres-server.ts'

describe.skipIf(whyNoServer() !== null || !hasOpenssl())('a server over a network', () => {
  let authority: Authority
  let server: PostgresServer
  let port = 0
  const rules = join(tmpdir(), `idb-hba-${process.pid}.conf`)

  beforeAll(async () => {
    authority = await makeAuthority()
    port = await freePort()
    await writeFile(rules, 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n')
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `hba_file=${rules}`]
    server = await startPostgres(settings)
    await ask("CREATE ROLE ann LOGIN SUPERUSER PASSWORD 'hunter2'")
  })
  afterAll(async () => {
    await server.stop()
    await authority.remove()
    await rm(rules)
  })

  const ask = (text: string) => askServer(`${server.connectionString}&port=${port}`, text)

  /** Has the server show that certificate from the next connection on; null: none. */
  const show = async (shown: Certificate | null): Promise<void> => {
    if (shown) {
      await ask(`ALTER SYSTEM SET ssl_cert_file = '${shown.certificate}'`)
      await ask(`ALTER SYSTEM SET ssl_key_file = '${shown.key}'`)
    }
    await ask(`ALTER SYSTEM SET ssl = ${shown ? 'on' : 'off'}`)
    await ask('SELECT pg_reload_conf()')
    const state = async (): Promise<unknown> =>
      (await ask("SELECT current_setting('ssl'), current_setting('ssl_cert_file')"))[0]
    const wanted = shown ? ['on', shown.certificate] : ['off', expect.any(String)]
    await expect.poll(state).toEqual(wanted)
  }

  const reach = (
    mode: string,
    options: object = { tls: { ca: authority.ca } },
    password = 'hunter2',
  ) =>
    installPostgres({
      connectionString: `postgres://ann:${password}@127.0.0.1:${port}/postgres?sslmode=${mode}`,
      ...options,
    })

  /** What it fails with, at once, and with nothing of the connection string but host and port. */
  const refusal = async (reaching: Promise<boolean>): Promise<unknown> => {
    const error = (await reaching.then(
      () => new Error('it was reached'),
      (reason: unknown) => reason,
    )) as Error & { cause?: { code?: string; systemCode?: string } } // Whatever it is, the test looks at it.
    expect(error.message).not.toMatch(/hunter|ann:|idb-tls/)
    expect(error.message).toContain(`The PostgreSQL server 127.0.0.1:${port} cannot be used: `)
    return [error.cause?.code, error.cause?.systemCode]
  }

  test('is used where its certificate is of a known authority, and for its address', async () => {
    await show(await authority.sign('IP:127.0.0.1', 1))
    expect(await reach('verify-full')).toBe(true)
    expect(await reach('require')).toBe(false)
    expect(await ask("SELECT count(*) FROM pg_tables WHERE tablename = 'meta'")).toEqual([['1']])
  })

  test('is refused where its certificate is for another name', async () => {
    await show(await authority.sign('DNS:localhost', 1))
    expect(await refusal(reach('require'))).toEqual([
      'ERR_IDB_UNREACHABLE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
    expect(await reach('no-verify', {})).toBe(false)
  })

  test('is reached with what the option "tls" has, also where its certificate is not verified', async () => {
    await show(await authority.sign('IP:127.0.0.1', 1))
    const hosts: string[] = []
    const checkServerIdentity = (host: string): void => void hosts.push(host)
    const tls = { ca: authority.ca, checkServerIdentity, servername: 'here' }
    expect(await reach('no-verify', { tls })).toBe(false)
    expect(hosts).toEqual(['here'])
  })

  test('is refused where no one vouches for its certificate', async () => {
    await show(await authority.sign('IP:127.0.0.1', 1))
    expect(await refusal(reach('verify-full', {}))).toEqual([
      'ERR_IDB_UNREACHABLE',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ])
    const other = await makeAuthority()
    const refused = refusal(reach('verify-full', { tls: { ca: other.ca } }))
    expect(await refused).toEqual(['ERR_IDB_UNREACHABLE', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])
    await other.remove()
  })

  test('is refused where its certificate has expired', async () => {
    await show(await authority.sign('IP:127.0.0.1', -1))
    expect(await refusal(reach('require'))).toEqual(['ERR_IDB_UNREACHABLE', 'CERT_HAS_EXPIRED'])
  })

  test('is refused where it does not encrypt', async () => {
    await show(null)
    expect(await refusal(reach('require'))).toEqual(['ERR_IDB_UNREACHABLE', 'NO_TLS'])
    expect(await reach('disable')).toBe(false)
  })

  test('is asked for TLS on this machine, too, where the option tls is given', async () => {
    await show(null)
    expect(await reach('prefer', {})).toBe(false)
    expect(await refusal(reach('prefer'))).toEqual(['ERR_IDB_UNREACHABLE', 'NO_TLS'])
    await show(await authority.sign('IP:127.0.0.1', 1))
    expect(await reach('prefer')).toBe(false)
  })

  test('lets in by the right password, and tells a wrong one from other trouble', async () => {
    await show(await authority.sign('IP:127.0.0.1', 1))
    expect(await reach('verify-full')).toBe(false)
    const wrong = reach('verify-full', { tls: { ca: authority.ca } }, 'hunter3')
    expect(await refusal(wrong)).toEqual(['ERR_IDB_UNREACHABLE', '28P01'])
  })

  test.each(['scram-sha-256', 'password', 'md5'])(
    'asks for a password that was not given (%s), and says so at once',
    async (method) => {
      const name = `no_${method.replaceAll('-', '_')}`
      const line = `host all ${name} 127.0.0.1/32 ${method}\n`
      await writeFile(rules, line + (await readFile(rules, 'utf8')))
      await ask('SELECT pg_reload_conf()')
      if (method === 'md5') await ask("SET password_encryption = 'md5'")
      await ask(`CREATE ROLE ${name} LOGIN PASSWORD 'hunter2'`)
      const connectionString = `postgres://${name}@127.0.0.1:${port}/postgres`
      await expect(installPostgres({ connectionString })).rejects.toMatchObject({
        message: expect.stringMatching(/it asks for a password.*PGPASSWORD$/),
        cause: { code: 'ERR_IDB_UNREACHABLE', systemCode: 'NO_PASSWORD' },
      })
    },
  )
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
