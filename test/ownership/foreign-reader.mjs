// Opens a database file as any tool of SQLite's does, reads, stays for a while as people do, and closes it.
import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.argv[2])
database.prepare('SELECT count(*), sum(length(value)) FROM records').get()
setTimeout(() => database.close(), 300)
