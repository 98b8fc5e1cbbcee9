/** `salvage`: saves what can be read of damaged databases. */
import type { Command } from 'commander'
import { salvage, type Salvaged, type SalvageReport } from 'idb-everywhere/maintenance'
import { existingDirectory } from '../../terminal/directory.ts'
import { exitCodes } from '../../terminal/exit-codes.ts'
import { printJson, printLine, withExamples, withJson } from '../../terminal/output.ts'
import { shownName } from '../../terminal/plain-text.ts'
import { formatTable } from '../../terminal/table.ts'
import { isDamage, nameOf, problemLines } from './problems.ts'
import { withProgress } from './progress.ts'

/** Adds the command. */
export function addSalvage(program: Command): void {
  const command = program
    .command('salvage')
    .description(
      'save what can be read of damaged databases; the damaged files stay, under other names; exit code 3 where one was damaged',
    )
    .argument('<directory>', 'where the databases are; no program may have it')
    .argument('[database]', 'its name; all that are damaged, where it is left out')
    .action(save)
  withExamples(withJson(command), 'salvage ./data', 'salvage ./data shop')
}

async function save(
  directory: string,
  name: string | undefined,
  { json }: { readonly json: boolean },
): Promise<void> {
  const path = existingDirectory(directory, 'of a server, there are its backups')
  const salvaged = await withProgress('check', (onProgress) =>
    salvage(path, { onProgress, ...(name !== undefined && { name }) }),
  )
  if (json) await printJson(salvaged)
  else for (const it of salvaged) await printLine(linesOf(it).join('\n'))
  if (!json && salvaged.length === 0) await printLine('no databases')
  const isDamaged = salvaged.some(({ problems }) => problems.some(isDamage))
  if (isDamaged) process.exitCode = exitCodes.found
}

function linesOf(salvaged: Salvaged): string[] {
  const { name, problems, report } = salvaged
  const sound = `${nameOf(salvaged)}: sound, and left as it is`
  if (!problems.some(isDamage)) return [sound, ...problemLines(problems)]
  const lines = [`${nameOf(salvaged)}:`, ...problemLines(problems)]
  if (report) return [...lines, ...reportLines(report)]
  const advice =
    name === null ? '; name the database, if you know its name, to have the file put aside' : ''
  return [...lines, `  left as it is${advice}`]
}

function reportLines({ quarantine, stores }: SalvageReport): string[] {
  const kept = `  the damaged file is ${quarantine} now`
  if (stores === null) return ['  nothing could be read', kept]
  const table = formatTable(
    ['object store', 'saved', 'lost'],
    stores.map(({ name, saved, lost, hasGap }) => [
      shownName(name),
      saved,
      hasGap ? `${lost} or more` : lost,
    ]),
  )
  return [table.replace(/^/gm, '  '), kept]
}
