/** Prints who has the directory. */
import { status } from 'idb-everywhere/status'

console.log(JSON.stringify(await status(process.env.COUNTER_PATH)))
