/** What others have made in a schema that is in the path of our role: none of it is to run with that role's rights, nor the owner's. */
import { expect, test } from 'vitest'
import { installPostgres, postgresStatus } from '../../../src/remote/entry.ts'
import { askServer } from '../../kit/ask-server.ts'
import { onServer } from '../../kit/postgres-suite.ts'
import { completion, openDatabase, resultOf } from '../../kit/promises.ts'

/** Each fits what our statements say better than the server's own, or as well, where it is looked for first. */
const functions = [
  'hashtext(text) RETURNS int',
  'hashtextextended(text, int) RETURNS bigint',
  'pg_advisory_xact_lock(int) RETURNS int',
  'pg_try_advisory_lock_shared(bigint) RETURNS boolean',
  'format(text, name, name) RETURNS text',
  'has_schema_privilege(name, text, text) RETURNS boolean',
  'unnest(bytea[]) RETURNS SETOF bytea',
  'array_send(bytea[]) RETURNS bytea',
  'set_config(text, text, boolean) RETURNS text',
  'current_setting(text) RETURNS text',
  'pg_is_in_recovery() RETURNS boolean',
  'pg_backend_pid() RETURNS int',
  'pg_notify(text, text) RETURNS int',
  'sha256(bytea) RETURNS bytea',
  'now() RETURNS timestamptz',
  'same(bigint, bigint) RETURNS boolean',
  'same(uuid, uuid) RETURNS boolean',
  'times(interval, interval) RETURNS interval',
  'gathered(int[], int) RETURNS int[]',
]

/** Each notes that it was called, and by which role; where it cannot, it fails. */
const hostile = `
CREATE TABLE public.called (what text, by text);
GRANT ALL ON public.called TO public;
${functions
  .map(
    (it) =>
      `CREATE FUNCTION public.${it} LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.called VALUES ('${it}', current_user); RETURN${it.includes('SETOF') ? '' : ' NULL'}; END $$;`,
  )
  .join('\n')}
CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.same);
CREATE OPERATOR public.<> (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = public.same);
CREATE OPERATOR public.* (LEFTARG = interval, RIGHTARG = interval, FUNCTION = public.times);
CREATE AGGREGATE public.array_agg(int) (SFUNC = public.gathered, STYPE = int[]);
CREATE DOMAIN public.bytea AS text;
CREATE VIEW public.pg_tables AS SELECT 1 / 0 AS schemaname;`

onServer('a role in whose path others have made things', ({ connectionString, factory }) => {
  /** The same server, for the owner of the tables and for an application: roles whose own path has the catalogue last. */
  const roles = async (name: string): Promise<{ owner: string; app: string }> => {
    const ask = (text: string) => askServer(connectionString(), text)
    const there = await ask("SELECT 1 FROM pg_tables WHERE tablename = 'called'")
    if (there.length === 0) await ask(hostile)
    const as = async (role: string): Promise<string> => {
      await ask(
        `CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET search_path = public, pg_catalog; GRANT CREATE ON DATABASE postgres TO ${role}`,
      )
      return connectionString().replace('postgres@', `${role}@`)
    }
    return { owner: await as(`${name}_owner`), app: await as(`${name}_app`) }
  }

  for (const isPooled of [false, true]) {
    const name = isPooled ? 'pooled' : 'direct'
    test(`none of it is called, ${isPooled ? 'as through a pooler' : 'at the server itself'}`, async () => {
      const { owner, app } = await roles(name)
      const schema = `hostile ${name}`
      expect(await installPostgres({ connectionString: owner, schema, role: `${name}_app` })).toBe(
        true,
      )
      const way = { connectionString: app, schema }
      const process = () => factory({ ...way, directConnectionString: isPooled ? app : undefined })
      const [one, other] = [await process(), await process()]
      const database = await openDatabase(one, (it) =>
        it.createObjectStore('s', { autoIncrement: true }).createIndex('i', 'k'),
      )
      const transaction = database.transaction('s', 'readwrite')
      const store = transaction.objectStore('s')
      for (let k = 0; k < 3; k++) store.put({ k })
      await completion(transaction)
      const reading = database.transaction('s').objectStore('s')
      expect(await resultOf(reading.index('i').getAll(1))).toEqual([{ k: 1 }])
      expect(await postgresStatus(way)).toMatchObject({ databases: [{ records: 3 }] })
      const deletion = other.deleteDatabase('test')
      // From then on it looks for processes that are gone.
      deletion.onblocked = () => database.close()
      await resultOf(deletion)
      expect(await askServer(connectionString(), 'SELECT * FROM public.called')).toEqual([])
    })
  }
})
