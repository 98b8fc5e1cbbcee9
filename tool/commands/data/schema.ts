/** `schema`: stores, indexes, key paths, key generators and counts. */
import { type Command, Option } from 'commander'
import { namesOf, openExisting } from '../../databases/connection.ts'
import { mermaidDiagram } from '../../databases/mermaid.ts'
import { readSchema, type Schema } from '../../databases/read-schema.ts'
import { formatSchema } from '../../databases/schema-text.ts'
import { placeArgument, withIndexedDB } from '../../terminal/directory.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'

interface SchemaOptions {
  readonly json: boolean
  readonly mermaid: boolean
}

/** Adds the command. */
export function addSchema(program: Command): void {
  const command = program
    .command('schema')
    .description(
      'what databases are made of: object stores, indexes, key paths, and how many records',
    )
    .addArgument(placeArgument())
    .argument('[database]', 'the name of one; all, where it is left out')
    .addOption(
      new Option('--mermaid', 'print a diagram in the language of Mermaid')
        .default(false)
        .conflicts('json'),
    )
    .action(schema)
  withExamples(withJson(command), 'schema ./data', 'schema ./data shop --mermaid')
}

async function schema(
  directory: string,
  name: string | undefined,
  options: SchemaOptions,
): Promise<void> {
  const schemas = await withIndexedDB(directory, async (indexedDB) => {
    const found: Schema[] = []
    for (const it of name === undefined ? await namesOf(indexedDB) : [name]) {
      const database = await openExisting({ directory, indexedDB }, it)
      found.push(await readSchema(database).finally(() => database.close()))
    }
    return found
  })
  if (options.json) return printJson(name === undefined ? schemas : schemas[0])
  if (options.mermaid) return printLine(mermaidDiagram(schemas))
  await printLine(schemas.length > 0 ? schemas.map(formatSchema).join('\n\n') : 'no databases')
}
