/** The dedicated worker that a page starts to host its storage. */
import { hostForOwner } from './hosting/worker-scope.ts'
import { browserWorkerWith } from './platform/any-browser-worker.ts'
import { loadEngineBeside } from './platform/engine-beside.ts'

hostForOwner(browserWorkerWith(loadEngineBeside), {
  listen: (receive) => addEventListener('message', ({ data }) => receive(data)),
  post: (answer, transfer) => postMessage(answer, { transfer }),
})
