// Opens a database file as any tool of SQLite's does, reads, and closes it after a while: only when the owner has committed
// meanwhile is there something in the log that closing may take away.
import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.argv[2])
database.prepare('SELECT count(*), sum(length(value)) FROM records').get()
setTimeout(() => database.close(), 300)
