/** Has `receive` called with the messages that come to `target`. */
export function receiveMessages(target: EventTarget, receive: (message: unknown) => void): void {
  target.addEventListener('message', (event) => receive((event as MessageEvent<unknown>).data)) // As every event of that name.
}
