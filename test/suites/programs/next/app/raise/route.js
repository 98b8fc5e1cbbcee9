import { raise } from '../../counter.mjs'

export const dynamic = 'force-dynamic'

export async function GET() {
  try {
    return new Response(String(await raise()))
  } catch (error) {
    return new Response(String(error), { status: 500 })
  }
}
