/** Gives a function that has a forked `raiser.mjs` raise the counter, and resolves to the sum. */
export function forkedRaiser(child) {
  const answers = new Map()
  let lastId = 0
  child.on('message', ({ id, sum, error }) => {
    const { resolve, reject } = answers.get(id)
    answers.delete(id)
    if (error) reject(new Error(error))
    else resolve(sum)
  })
  return () =>
    new Promise((resolve, reject) => {
      answers.set(++lastId, { resolve, reject })
      child.send(lastId)
    })
}
