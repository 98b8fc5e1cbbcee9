/** Opens the directory, and prints the error that says why it cannot. */
import { createIndexedDB } from 'idb-everywhere'

const factory = createIndexedDB({ path: process.env.COUNTER_PATH })
const error = await factory.databases().catch((error) => error)
console.log(JSON.stringify({ name: error.name, code: error.cause?.code, message: error.message }))
