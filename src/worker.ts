/** The dedicated worker that a page starts to host its storage. */
import { browserPlatform } from './platform/browser.ts'
import { hostForOwner } from './hosting/worker-scope.ts'

hostForOwner(browserPlatform, {
  listen: (receive) => addEventListener('message', ({ data }) => receive(data)),
  post: (answer, transfer) => postMessage(answer, { transfer }),
})
