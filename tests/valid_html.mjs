// Judges pages as they come: each line in is {name: page} as JSON, each line out html-validate's messages as JSON.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { formatterFactory, HtmlValidate } from 'html-validate'

const config = JSON.parse(readFileSync(new URL('../.htmlvalidate.json', import.meta.url), 'utf8'))
const validator = new HtmlValidate(config)
const told = formatterFactory('text')

for await (const line of createInterface({ input: process.stdin })) {
  const reports = []
  for (const [name, page] of Object.entries(JSON.parse(line))) reports.push(await validator.validateString(page, name))
  console.log(JSON.stringify(told(reports.flatMap(report => report.results))))
}
