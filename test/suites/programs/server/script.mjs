/** A tool for the command line beside a running server. Arguments: how often to raise the counter. */
import { raise, read } from './counter.mjs'

for (let i = 0; i < Number(process.argv[2]); i++) await raise('script')
console.log(JSON.stringify({ all: await read(), script: await read('script') }))
