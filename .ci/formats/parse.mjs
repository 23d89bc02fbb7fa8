// Reads a flowchart of Mermaid from the standard input, as Mermaid itself does,
// and prints the texts of its nodes and the number of its edges.
import { readFileSync } from 'node:fs'
import { JSDOM } from 'jsdom'

const { window } = new JSDOM('')
Object.assign(globalThis, { window, document: window.document })
const { default: mermaid } = await import('mermaid')

const text = readFileSync(0, 'utf8')
await mermaid.parse(text) // also loads what reads this kind of diagram
const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
// Mermaid keeps characters that are written by number in a form of its own.
const decoded = (t) => t.replace(/ﬂ°°/g, '&#').replace(/¶ß/g, ';')
const nodes = [...db.getVertices().values()].map((n) => decoded(n.text))
console.log(JSON.stringify({ nodes, edges: db.getEdges().length }))
