// A program for a server: all is bundled, but for what the runtime has.
export default {
  logLevel: 'warn',
  build: {
    ssr: 'app.mjs',
    outDir: 'out',
    rollupOptions: { output: { entryFileNames: '[name].mjs' } },
  },
  ssr: { noExternal: true },
}
