/**
 * A block of Mermaid as the drawing that it describes. Mermaid itself draws it in the page, and only pages that have such a block load it;
 * until then, and without scripts, the page has its text.
 */
import { useData } from 'vitepress'
import { defineComponent, h, onMounted, ref, watch } from 'vue'

let count = 0

export const MermaidDrawing = defineComponent({
  props: { source: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData()
    const text = decodeURIComponent(props.source)
    const svg = ref(null)
    const draw = async () => (svg.value = await drawingOf(text, isDark.value))
    onMounted(() => {
      void draw()
      watch(isDark, draw)
    })
    return () =>
      svg.value === null
        ? h('pre', { class: 'drawing' }, text)
        : h('figure', { class: 'drawing', innerHTML: svg.value })
  },
})

/** The colours of the site's light and dark pages. */
const light = {
  background: '#ffffff',
  primaryColor: '#eef6f8',
  primaryBorderColor: '#0b7285',
  primaryTextColor: '#213547',
  titleColor: '#213547',
  lineColor: '#5b6b73',
  clusterBkg: '#f8f9fa',
  clusterBorder: '#ced4da',
  edgeLabelBackground: '#ffffff',
  rowOdd: '#ffffff',
  rowEven: '#f8f9fa',
}
const dark = {
  background: '#1b1b1f',
  primaryColor: '#1d3640',
  primaryBorderColor: '#3bc9db',
  primaryTextColor: '#dfdfd6',
  titleColor: '#dfdfd6',
  lineColor: '#98a0a6',
  clusterBkg: '#202127',
  clusterBorder: '#3c3f44',
  edgeLabelBackground: '#1b1b1f',
  rowOdd: '#1b1b1f',
  rowEven: '#202127',
}

async function drawingOf(text, isDark) {
  const { default: mermaid } = await import('mermaid')
  mermaid.initialize({
    startOnLoad: false,
    theme: 'base',
    fontFamily: 'inherit',
    themeVariables: { darkMode: isDark, fontSize: '15px', ...(isDark ? dark : light) },
    // Narrow, so that little of it is lost where it is made smaller for the page.
    flowchart: {
      padding: 8,
      wrappingWidth: 120,
      nodeSpacing: 16,
      rankSpacing: 30,
      subGraphTitleMargin: { top: 4, bottom: 14 },
    },
    er: { useMaxWidth: false, entityPadding: 8, minEntityWidth: 60, nodeSpacing: 24 },
  })
  const { svg } = await mermaid.render(`mermaid-${++count}`, text)
  return svg
}
