const { raise, read } = await import('./counter.mjs')

test(`a counter that other test files raise too NUMBER`, async () => {
  for (let i = 0; i < 25; i++) await raise()
  const sum = await read()
  if (!(sum >= 25 && sum <= 100)) throw new Error(`the counter is at ${sum}`)
})
