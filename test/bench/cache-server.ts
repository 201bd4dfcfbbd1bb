/** Program of the cache benchmark: a remote cache in memory on this machine; prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

const stored = new Map<string, Buffer>()
const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    void buffer(request).then(body => {
      stored.set(request.url!, body)
      response.writeHead(201).end()
    })
    return
  }
  const body = stored.get(request.url!)
  if (body === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-length': body.length }).end(request.method === 'HEAD' ? undefined : body)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
