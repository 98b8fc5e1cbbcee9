/** The dedicated worker that a page starts to host its storage. */
import { platform } from './platform/browser.ts'
import { hostForOwner } from './hosting/worker-scope.ts'

hostForOwner(platform, {
  listen: (receive) => addEventListener('message', ({ data }) => receive(data)),
  post: (answer, transfer) => postMessage(answer, { transfer }),
})
