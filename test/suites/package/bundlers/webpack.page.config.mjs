// A program for a page.
export default ({ page }) => ({
  mode: 'production',
  entry: `./${page}`,
  performance: { hints: false },
  output: { path: new URL('out', import.meta.url).pathname },
})
