// Drives the official JavaScript client: a JSON request a line in, a JSON outcome a line out.
import { createReadStream, mkdtempSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../npm/package.json', import.meta.url))
const { OpenAI, APIError, toFile } = require('openai')
const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
let files = 0

async function opened (said) {
  if (Array.isArray(said)) return Promise.all(said.map(opened))
  const content = Buffer.from(said.content, 'base64')
  if (said.way === 'opened') {
    const place = join(folder, `${files++}-${said.name}`)
    writeFileSync(place, content)
    return createReadStream(place)
  }
  return said.way === 'bytes' ? toFile(content, said.name) : toFile(content, said.name, { type: said.type })
}

async function answer (said) {
  const client = new OpenAI({
    baseURL: said.base,
    apiKey: said.key,
    maxRetries: said.repeats,
    timeout: said.timeout * 1000,
    defaultHeaders: said.headers
  })
  if (said.operation === 'models') return { object: 'list', data: (await client.models.list()).data }
  if (said.operation === 'model') return client.models.retrieve(said.fields.model)
  const given = { ...said.fields }
  for (const [name, file] of Object.entries(said.files)) given[name] = await opened(file)
  if (said.operation === 'generate') return client.images.generate(given)
  return said.operation === 'edit' ? client.images.edit(given) : client.images.createVariation(given)
}

async function outcome (said) {
  const isForm = said.operation === 'edit' || said.operation === 'vary'
  if (isForm && Object.values(said.fields).includes(null)) return { cannot: 'refuses null in a form itself' }
  try {
    return { answer: await answer(said) }
  } catch (error) {
    if (!(error instanceof APIError)) return { exception: error.constructor.name, message: String(error) }
    const { status, code, param, type, message } = error
    return { exception: error.constructor.name, status: status ?? 0, code, param, type, message }
  }
}

const version = JSON.parse(readFileSync(new URL('../npm/node_modules/openai/package.json', import.meta.url))).version
console.log(JSON.stringify({ version }))
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await outcome(JSON.parse(line))))
}
