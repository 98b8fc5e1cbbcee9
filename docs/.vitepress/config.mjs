/** The site's configuration. `build.mjs` runs VitePress on a copy of the pages, beside which it puts the reference. */
import { existsSync, readFileSync } from 'node:fs'
import { groups } from './pages.mjs'

const repository = 'https://github.com/idb-everywhere/idb-everywhere'
const referenceFile = new URL('../api/typedoc-sidebar.json', import.meta.url)
const reference = existsSync(referenceFile) ? JSON.parse(readFileSync(referenceFile, 'utf8')) : []

export default {
  title: 'idb-everywhere',
  description: 'IndexedDB wherever JavaScript runs, with its data on disk',
  base: process.env.SITE_BASE ?? '/',
  lastUpdated: false,
  markdown: { anchor: { slugify }, languageAlias: { jsonl: 'json' }, config: drawMermaid },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Get started', link: '/getting-started' },
      { text: 'Recipes', link: '/recipes/dexie-on-a-server' },
      { text: 'Reference', link: '/api/' },
    ],
    sidebar: [
      ...groups.map(({ title, pages }) => ({
        text: title,
        items: Object.entries(pages).map(([path, text]) => ({ text, link: linkTo(path) })),
      })),
      { text: 'Interface', collapsed: true, items: reference },
      {
        text: 'Project',
        items: [
          { text: 'Changelog', link: '/project/changelog' },
          { text: 'Architecture', link: '/project/architecture' },
          { text: 'Contributing', link: '/project/contributing' },
        ],
      },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
  },
}

function linkTo(path) {
  return `/${path.replace(/\.md$/, '')}`
}

/** As the repository's host makes anchors, so that one link serves both. */
function slugify(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** Has blocks of Mermaid drawn, by a component of the theme. */
function drawMermaid({ renderer }) {
  const { fence } = renderer.rules
  renderer.rules.fence = (tokens, at, ...others) =>
    tokens[at].info.trim() === 'mermaid'
      ? `<MermaidDrawing source="${encodeURIComponent(tokens[at].content)}" />`
      : fence(tokens, at, ...others)
}
