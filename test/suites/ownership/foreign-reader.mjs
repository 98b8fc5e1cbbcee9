// A visitor: opens a database file as SQLite's tools do, reads, and closes it. In JavaScript, as a process of its own
// is started with this file as it is.
import { DatabaseSync } from 'node:sqlite'

/** Long enough for the owner to commit meanwhile: closing can take nothing else away than what came into the log during the visit. */
const visitMs = 300

const database = new DatabaseSync(process.argv[2])
database.prepare('SELECT count(*), sum(length(value)) FROM records').get()
setTimeout(() => database.close(), visitMs)
