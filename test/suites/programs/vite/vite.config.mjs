/** A development server whose middleware raises the counter, and has a process that it has forked raise it. */
import { fork } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Vite loads this file again when it changes, and restarts. */
const start = `${process.pid}-${Date.now()}`

function counter() {
  let child
  return {
    name: 'counter',
    async configureServer({ middlewares }) {
      const { raise } = await import(`${urlOf('counter.mjs')}?start=${start}`)
      const { forkedRaiser } = await import(urlOf('forked-raiser.mjs'))
      child = fork('./raiser.mjs')
      const raiseForked = forkedRaiser(child)
      middlewares.use('/raise', answer(raise))
      middlewares.use('/forked', answer(raiseForked))
      middlewares.use('/start', (_, response) => response.end(start))
    },
    buildEnd: () => void child?.kill(),
  }
}

/** Vite runs a copy of this file from elsewhere. */
function urlOf(file) {
  return pathToFileURL(resolve(file)).href
}

function answer(work) {
  return (_, response) =>
    work().then(
      (sum) => response.end(String(sum)),
      (error) => {
        response.statusCode = 500
        response.end(String(error))
      },
    )
}

export default { plugins: [counter()], server: { host: '127.0.0.1', port: 0 } }
