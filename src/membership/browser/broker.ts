/**
 * The broker: a shared worker that keeps ports until they are asked for. One thread leaves a port under an id, another asks for the
 * id; either may be first.
 *
 * It is asked with `[id]`, and answers `id` with the port; a message with a port and an id leaves the port there, and one with a port
 * and no id is another line to the broker, for a thread that cannot start shared workers.
 */

/** As text: it is a whole script, and so small that it fits an address. Ports that are never asked for go when there are 1,000 newer. */
const script = `const kept=new Map,asked=new Map
const hear=line=>line.onmessage=({data:id,ports:[port]})=>{
if(!id)return hear(port)
const other=(port?asked:kept).get(id)
asked.delete(id),kept.delete(id)
if(other)(port?other:line).postMessage(id,[port||other])
else (port?kept:asked).set(id,port||line)
for(const m of[kept,asked])if(m.size>1e3)m.delete(m.keys().next().value)
}
onconnect=({ports:[line]})=>hear(line)`

/** A line to the broker. */
export interface Broker {
  /** Leaves a port there. */
  leave(id: string, port: MessagePort): void
  /** Another line to it, to be sent to a worker. */
  line(): MessagePort
  /** Resolves when there is no broker after all: a policy forbids its script. */
  readonly failed: Promise<void>
}

/** The broker of the origin, which is started if need be; null where shared workers cannot be. */
export function reachBroker(): Broker | null {
  if (typeof SharedWorker !== 'function') return null
  try {
    const url = `data:text/javascript,${encodeURIComponent(script)}`
    return brokerOver(new SharedWorker(url, 'idb-everywhere'))
  } catch {
    // Some browsers throw at once what a policy forbids; then a channel must do.
    return null
  }
}

function brokerOver(worker: SharedWorker): Broker {
  const { port } = worker
  return {
    leave: (id, left) => port.postMessage(id, [left]),
    line() {
      const { port1, port2 } = new MessageChannel()
      port.postMessage('', [port1])
      return port2
    },
    failed: new Promise((resolve) => {
      worker.addEventListener('error', () => resolve(), { once: true })
    }),
  }
}

/** Asks over a line for ports. `got` is called with each that was left there. */
export function askOver(
  line: MessagePort,
  got: (id: string, port: MessagePort) => void,
): (id: string) => void {
  line.addEventListener('message', ({ data, ports: [port] }) => {
    if (port) got(String(data), port)
  })
  line.start()
  return (id) => line.postMessage(id)
}
