/** As much of `FileReader` as the tests use. https://w3c.github.io/FileAPI/#APIASynch */
export class FileReader extends EventTarget {
  result: ArrayBuffer | string | null = null
  error: unknown = null
  onload: ((event: Event) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  onloadend: ((event: Event) => void) | null = null

  readAsArrayBuffer(blob: Blob): void {
    void this.#read(blob.arrayBuffer())
  }

  readAsText(blob: Blob): void {
    void this.#read(blob.text())
  }

  async #read(bytes: Promise<ArrayBuffer | string>): Promise<void> {
    let outcome: 'load' | 'error' = 'load'
    try {
      this.result = await bytes
    } catch (error) {
      this.error = error
      outcome = 'error'
    }
    this.#fire(outcome)
    this.#fire('loadend')
  }

  #fire(type: 'load' | 'error' | 'loadend'): void {
    const event = new Event(type)
    this[`on${type}`]?.(event)
    this.dispatchEvent(event)
  }
}
