import { runScenario } from './scenario.cjs'

await runScenario((name) => import(name))
