/** As much of `XMLHttpRequest` as the tests use, over `fetch`. https://xhr.spec.whatwg.org/ */
export class XMLHttpRequest extends EventTarget {
  static readonly DONE = 4

  readyState = 0
  status = 0
  response = ''
  onreadystatechange: ((event: Event) => void) | null = null
  #method = 'GET'
  #url = ''
  #headers = new Headers()

  open(method: string, url: string): void {
    this.#method = method
    this.#url = url
    this.#changeState(1)
  }

  send(body: BodyInit | null = null): void {
    void this.#send(body)
  }

  getResponseHeader(name: string): string | null {
    return this.#headers.get(name)
  }

  async #send(body: BodyInit | null): Promise<void> {
    try {
      const response = await fetch(this.#url, { method: this.#method, body })
      this.#headers = response.headers
      this.response = await response.text()
      this.status = response.status
    } catch {
      // A network error: the specification leaves status 0 and an empty response.
      this.status = 0
    }
    this.#changeState(XMLHttpRequest.DONE)
  }

  #changeState(readyState: number): void {
    this.readyState = readyState
    const event = new Event('readystatechange')
    this.onreadystatechange?.(event)
    this.dispatchEvent(event)
  }
}
