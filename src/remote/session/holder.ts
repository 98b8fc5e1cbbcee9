/** Other processes that use a schema, as those are told of them who wait for their connections to close. */
import { here, type Holder } from '../../protocol/blockers.ts'
import { type Row, textIn } from '../wire/statement.ts'

/** As what crosses a port is bounded, see `port/serving/blockers.ts`. */
const longest = 64

/** In a row: the client, its application's name, and its address. */
export function holderIn(row: Row): Holder {
  const [application, address] = [shown(row[1]), shown(row[2])]
  return { ...here, holder: 'client', id: textIn(row, 0), application, address }
}

/** The name is anything that a process gives itself, and goes into messages for people. */
function shown(text: string | null | undefined): string | null {
  return text?.replace(/\p{Cc}/gu, '?').slice(0, longest) ?? null
}
