/**
 * An HTTP server of several processes: a POST raises the counter, anything else reads it. A worker that dies is replaced.
 * Argument: their number.
 */
import cluster from 'node:cluster'
import { createServer } from 'node:http'

if (cluster.isPrimary) startWorkers(Number(process.argv[2]))
else await serve()

function startWorkers(count) {
  const listening = new Set()
  cluster.on('listening', (worker, { port }) => {
    listening.add(worker)
    if (listening.size === count) console.log(`listening ${port}`)
    console.log(`workers ${listening.size}`)
  })
  cluster.on('exit', (worker) => {
    listening.delete(worker)
    console.log(`workers ${listening.size}`)
    cluster.fork()
  })
  for (let i = 0; i < count; i++) cluster.fork()
}

async function serve() {
  const { raise, read } = await import('./counter.mjs')
  const server = createServer(({ method }, response) => {
    response.setHeader('x-worker', process.pid)
    const work = method === 'POST' ? raise() : read()
    work.then(
      (sum) => response.end(String(sum)),
      (error) => {
        console.log(`failed ${error?.cause?.code}: ${error}; ${error?.cause?.detail}`)
        response.statusCode = 500
        response.end(String(error))
      },
    )
  })
  server.listen(0)
}
