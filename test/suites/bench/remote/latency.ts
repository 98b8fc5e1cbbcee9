/** What each case takes where the server is far away: round trips are counted by a proxy that makes each of them longer. */
import { startProxy } from '../../../kit/postgres-proxy.ts'
import { type Case, contendersOf, type Implementation } from '../warm/cases.ts'
import { median } from '../warm/measure.ts'

/** What the proxy adds to a round trip. */
const latencyMs = 20

const rounds = 3

/** A table in Markdown, line by line. `load`: an implementation on the server of that connection string. */
export async function latencyTable(
  cases: readonly Case[],
  connectionString: string,
  load: (connectionString: string) => Promise<Implementation>,
): Promise<string[]> {
  const proxy = await startProxy(connectionString, { latencyMs })
  const implementation = await load(proxy.connectionString)
  const lines = [
    `| with ${latencyMs} ms more on each round trip | round trips | ms |`,
    '| --- | --- | --- |',
  ]
  for (const it of cases) {
    // Its first rounds prepare statements and connections.
    const { contenders, end } = await contendersOf({ ...it, isFresh: false }, [implementation])
    const [times, turns]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds + 2; round++) {
      const before = proxy.turns
      const ms = await contenders[0]?.round(round)
      if (round < 2 || ms === undefined) continue
      times.push(ms)
      turns.push(proxy.turns - before)
    }
    end()
    lines.push(`| ${it.name} | ${median(turns)} | ${Math.round(median(times))} |`)
  }
  await implementation.close()
  await proxy.close()
  return lines
}
