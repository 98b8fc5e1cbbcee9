/** Who is answered: a browser of this machine that has the secret, at a page that this server has given it. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Guard {
  readonly token: string
  /** The one name and port under which the server answers. */
  readonly authority: string
}

/**
 * The status to refuse a request with; null: it is answered. A request with the wrong secret or the wrong host name learns
 * nothing but that.
 *
 * - `Host`: a page of another site whose name has been made to mean this machine says its own.
 * - `Origin` and `Sec-Fetch-Site`: other pages that know the port say where they come from.
 * - The secret is in the path and not in a cookie, which browsers would send to every port of the machine.
 */
export function refusalOf({ token, authority }: Guard, request: IncomingMessage): number | null {
  const { host, origin, 'sec-fetch-site': site, 'content-type': type } = request.headers
  if (host !== authority) return 421
  if (origin !== undefined && origin !== `http://${authority}`) return 403
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 403
  const given = (request.url ?? '').split('/')[1] ?? ''
  if (!isEqual(given, token)) return 404
  if (request.method === 'POST' && type !== 'application/json') return 415
  return null
}

/** In a time that says nothing of where they differ, or how long they are. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((it) => createHash('sha256').update(it).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
