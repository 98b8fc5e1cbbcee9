/** What axe-core, which the page has loaded, finds wrong in it. */
import type { Page } from 'playwright-core'

/** What breaks a rule, after the rule's name. */
export async function axeFindings(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    interface Axe {
      run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    }
    const { axe } = globalThis as unknown as { axe: Axe }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((it) => it.html).join(' ')}`)
  })
}
