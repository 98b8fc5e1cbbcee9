/** All statements on the tables of a schema. */
import { type NewsStatements, newsStatements } from './news-statements.ts'
import { type RecordStatements, recordStatements } from './record-statements.ts'
import { type SchemaStatements, schemaStatements } from './schema-statements.ts'
import { type SessionStatements, sessionStatements } from './session-statements.ts'
import { quoted } from './tables.ts'
import { type TransactionStatements, transactionStatements } from './transaction-statements.ts'

/** Those of one schema. */
export interface Sql {
  /** Quoted. */
  readonly schemaName: string
  readonly news: NewsStatements
  readonly records: RecordStatements
  readonly schemas: SchemaStatements
  readonly sessions: SessionStatements
  readonly transactions: TransactionStatements
}

/** Those of the schema with that name. */
export function sqlOn(schema: string): Sql {
  const schemaName = quoted(schema)
  return {
    schemaName,
    news: newsStatements(schemaName),
    records: recordStatements(schemaName),
    schemas: schemaStatements(schemaName),
    sessions: sessionStatements(schemaName),
    transactions: transactionStatements(schemaName),
  }
}
