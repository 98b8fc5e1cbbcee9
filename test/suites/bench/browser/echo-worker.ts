/** The workers of an echo: the one that echoes, and a shared one that carries a port to it from one tab to another. */

type Ports = Pick<MessageEvent, 'ports'>

const isShared = 'onconnect' in globalThis
let offered: MessagePort | null = null
const asking: MessagePort[] = []

addEventListener(isShared ? 'connect' : 'message', (event) => {
  const [port] = (event as MessageEvent).ports // As each of both has them.
  if (!port) return
  if (isShared) port.onmessage = ({ ports: [offer] }: Ports) => carry(port, offer)
  else port.onmessage = ({ data }: MessageEvent<Uint8Array>) => port.postMessage(answerTo(data))
})

/** Of a large message only the way there is of interest. */
function answerTo(data: Uint8Array): Uint8Array | null {
  return data.length > 1000 ? null : data
}

/** Takes the port that the owning tab offers, or has it given to the tab that asks. */
function carry(tab: MessagePort, offer: MessagePort | undefined): void {
  if (offer) offered = offer
  else asking.push(tab)
  if (!offered || asking.length === 0) return
  asking.shift()?.postMessage(null, [offered])
  offered = null
}
