const { runScenario } = require('./scenario.cjs')

runScenario(async (name) => require(name)).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
