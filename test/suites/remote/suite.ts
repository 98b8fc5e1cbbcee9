export { newSchema } from '../../kit/postgres-schema.ts'
export { startPostgres, whyNoServer } from '../../kit/postgres-server.ts'
export { checkAgainstModel } from './model.ts'
export { contend } from './contention.ts'
