/**
 * An HTTP server of several processes: a POST raises the counter, anything else reads it. A worker that dies is replaced.
 * Argument: their number.
 */
import cluster from 'node:cluster'
import { createServer } from 'node:http'

if (cluster.isPrimary) startWorkers(Number(process.argv[2]))
else await serve()

function startWorkers(count) {
  let listening = 0
  cluster.on('listening', (worker, { port }) => {
    if (++listening === count) console.log(`listening ${port}`)
  })
  cluster.on('exit', () => cluster.fork())
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
        response.statusCode = 500
        response.end(String(error))
      },
    )
  })
  server.listen(0)
}
