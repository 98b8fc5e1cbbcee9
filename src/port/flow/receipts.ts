/** What a client has received and not acknowledged, see `SendWindow`. */

/** After how much it acknowledges. */
const acknowledgedBytes = 256 * 1024

export class Receipts {
  #parcels = 0
  #bytes = 0

  /** A parcel of that size has come. Gives how many are to be acknowledged now; 0: none. */
  received(sizeBytes: number): number {
    this.#parcels++
    this.#bytes += sizeBytes
    if (this.#bytes < acknowledgedBytes) return 0
    const parcels = this.#parcels
    this.#parcels = 0
    this.#bytes = 0
    return parcels
  }
}
