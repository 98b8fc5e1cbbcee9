// A program for Node, in one of the two module formats.
export default ({ format }) => ({
  mode: 'production',
  entry: './app.mjs',
  target: 'node20',
  experiments: { outputModule: format === 'esm' },
  output: {
    path: new URL('out', import.meta.url).pathname,
    filename: format === 'esm' ? 'app.mjs' : 'app.cjs',
    module: format === 'esm',
    chunkFormat: format === 'esm' ? 'module' : 'commonjs',
  },
})
