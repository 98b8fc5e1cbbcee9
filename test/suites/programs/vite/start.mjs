/** A development server of Vite whose middleware raises the counter, and says at each request whether it has been restarted. */
import { createServer } from 'vite'

const counter = {
  name: 'counter',
  async configureServer(server) {
    // A restart loads the plugin's modules again, as a change of the configuration does.
    const { raise } = await import(`./counter.mjs?start=${Date.now()}`)
    server.middlewares.use('/raise', (_, response) => {
      raise().then(
        (sum) => response.end(String(sum)),
        (error) => {
          response.statusCode = 500
          response.end(String(error))
        },
      )
    })
    server.middlewares.use('/restart', (_, response) => {
      response.end('restarting')
      void server.restart()
    })
  },
}

const options = { configFile: false, logLevel: 'error', plugins: [counter], server: { port: 0 } }
const server = await createServer(options)
await server.listen()
console.log(`listening ${server.httpServer.address().port}`)
