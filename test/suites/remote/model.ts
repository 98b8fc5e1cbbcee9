/** Random programs of the suite `model`, on a server. */
import { loadDriver } from '../../../src/remote/wire/pg-driver.ts'
import { seededRandom } from '../../kit/history/random.ts'
import { newSchema, remoteFactory } from '../../kit/postgres-schema.ts'
import { generateProgram } from '../model/generate.ts'
import type { Program } from '../model/program.ts'
import { runProgram } from '../model/run-program.ts'
import { shrink } from '../model/shrink.ts'
import { textOf } from '../model/text.ts'
import { askServer } from '../../kit/ask-server.ts'

/** Transactions in a program. */
const programLength = 250

/** Runs programs with that number of transactions in all. Gives the first difference, with the smallest program that shows it. */
export async function checkAgainstModel(
  connectionString: string,
  { transactions, seed, first }: { transactions: number; seed: number; first: number },
): Promise<string | null> {
  await loadDriver()
  let done = 0
  for (let number = first; done < transactions; number++) {
    const program = generateProgram(programLength, seededRandom(seed, number))
    const wrong = await tryOn(connectionString, program)
    if (wrong !== null) {
      const { program: smallest, difference } = await shrink(program, (part) =>
        tryOn(connectionString, part),
      )
      const steps = smallest.map((step, i) => `${i}: ${textOf(step)}`)
      const where = `program ${number} of seed ${seed} (--seed ${seed} --first ${number})`
      return [`${where}: ${wrong}`, `shrunk: ${difference}`, ...steps].join('\n')
    }
    done += programLength
  }
  return null
}

async function tryOn(connectionString: string, program: Program): Promise<string | null> {
  const schema = await newSchema(connectionString)
  return runProgram(program, {
    create: () => remoteFactory({ connectionString, schema }),
    factories: 3,
    check: () => strays(connectionString, schema),
  })
}

/** Rows that belong to nothing. */
async function strays(connectionString: string, schema: string): Promise<string[]> {
  const s = `"${schema}"`
  const rows = await askServer(
    connectionString,
    `SELECT 'an entry of no record' FROM ${s}.entries e WHERE NOT EXISTS (SELECT FROM ${s}.records r WHERE (r.db, r.store, r.key) = (e.db, e.store, e.pkey))
     UNION ALL SELECT 'an entry of no index' FROM ${s}.entries e WHERE NOT EXISTS (SELECT FROM ${s}.indexes i WHERE (i.db, i.id) = (e.db, e.idx))
     UNION ALL SELECT 'a record of no store' FROM ${s}.records r WHERE NOT EXISTS (SELECT FROM ${s}.stores t WHERE (t.db, t.id) = (r.db, r.store))
     UNION ALL SELECT 'a part of no record' FROM ${s}.chunks c WHERE NOT EXISTS (SELECT FROM ${s}.records r WHERE (r.db, r.store, r.key) = (c.db, c.store, c.key) AND r.parts > c.no)
     UNION ALL SELECT 'an index of no store' FROM ${s}.indexes i WHERE NOT EXISTS (SELECT FROM ${s}.stores t WHERE (t.db, t.id) = (i.db, i.store))
     UNION ALL SELECT 'a store of no database' FROM ${s}.stores t WHERE NOT EXISTS (SELECT FROM ${s}.databases d WHERE d.id = t.db)
     UNION ALL SELECT 'a session that has ended' FROM ${s}.sessions`,
  )
  return rows.map(([what]) => String(what))
}
