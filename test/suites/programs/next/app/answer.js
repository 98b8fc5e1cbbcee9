/** A response with the sum that `work` resolves to. */
export async function answer(work) {
  try {
    return new Response(String(await work()))
  } catch (error) {
    return new Response(String(error), { status: 500 })
  }
}
