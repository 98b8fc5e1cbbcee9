export const dynamic = 'force-dynamic'

export const GET = () => new Response(String(process.pid))
