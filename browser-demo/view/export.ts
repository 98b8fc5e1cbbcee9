/** The file of an OPFS database, as a download, and what its header says. */
import { opfsDirectory } from '../engines.ts'
import { type SqliteFile, readSqliteFile } from '../sqlite-file.ts'
import { element } from './dom.ts'
import { bytes, count, reasonOf } from './words.ts'

/** Downloads the file; says in `said` what it was, or why not. */
export async function showExport(said: Element, databaseName: string | null): Promise<void> {
  if (databaseName === null) return
  said.replaceChildren('Closing the database, so that all of it is in one file…')
  try {
    const file = await readSqliteFile(databaseName)
    const name = `${databaseName}.sqlite`
    download(file.bytes, name)
    said.replaceChildren(facts(file, name))
  } catch (error) {
    said.replaceChildren(element('p', { class: 'problem' }, `Not exported. ${reasonOf(error)}`))
  }
}

function download(content: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/vnd.sqlite3' }))
  const link = element('a', { href: url, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  // The browser reads it soon after; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function facts(file: SqliteFile, name: string): HTMLElement {
  const rows = {
    Header: file.magic,
    'Written by': `SQLite ${file.sqliteVersion}`,
    Size: `${bytes(file.bytes.length)}: ${count(file.pageCount)} pages of ${count(file.pageSizeBytes)} bytes`,
    'In OPFS': `/${opfsDirectory}/${file.fileName}`,
    'Look inside': `sqlite3 ${name} .schema`,
  }
  return element(
    'div',
    {},
    element('p', {}, element('strong', {}, `Saved ${name}`)),
    element(
      'dl',
      { class: 'file-facts' },
      ...Object.entries(rows).flatMap(([title, words]) => [
        element('dt', {}, title),
        element('dd', {}, words),
      ]),
    ),
  )
}
