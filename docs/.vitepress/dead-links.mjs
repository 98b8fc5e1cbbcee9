/** Links and anchors of the built site that lead nowhere. VitePress itself looks at links between pages, and at no anchor. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

/** How many pages and links within the site there are, and the dead ones, a line each. */
export function deadLinksOf(dist) {
  const pages = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.html'))
  const ids = new Map()
  const idsOf = (page) => {
    if (!ids.has(page)) ids.set(page, idsIn(readFileSync(join(dist, page), 'utf8')))
    return ids.get(page)
  }
  let links = 0
  const dead = []
  for (const page of pages) {
    for (const link of linksIn(readFileSync(join(dist, page), 'utf8'))) {
      links++
      if (!leadsSomewhere(link, { page, dist, idsOf })) dead.push(`${page}: ${link}`)
    }
  }
  return { pages: pages.length, links, dead }
}

function leadsSomewhere(link, { page, dist, idsOf }) {
  const base = process.env.SITE_BASE ?? '/'
  const [address, anchor = ''] = link.split('#')
  const path = address.startsWith(base)
    ? address.slice(base.length)
    : posix.join(posix.dirname(page), address)
  const target =
    address === ''
      ? page
      : [path, `${path}.html`, posix.join(path, 'index.html')].find((it) => isFile(dist, it))
  if (target === undefined) return false
  return anchor === '' || !target.endsWith('.html') || idsOf(target).has(decodeURIComponent(anchor))
}

function isFile(dist, path) {
  return posix.extname(path) !== '' && existsSync(join(dist, path))
}

function idsIn(html) {
  return new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => unescaped(id)))
}

function linksIn(html) {
  const all = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)].map(([, link]) => unescaped(link))
  return all.filter((link) => !/^\w+:|^\/\//.test(link))
}

function unescaped(text) {
  return text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
}
