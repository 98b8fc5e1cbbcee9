// A program for a page; `PAGE` names its script.
export default {
  logLevel: 'warn',
  build: { outDir: 'out', rollupOptions: { input: process.env.PAGE } },
}
