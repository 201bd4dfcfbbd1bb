/** A scripted client of the remote serial protocol, in this process: sends bodies, takes answers. */
import { Connection, type Leaving } from '../../src/gdb/connection.ts'
import { packet, PacketReader } from '../../src/gdb/packets.ts'
import type { Debugger } from '../../src/index.ts'

export class Client {
  readonly connection: Connection
  readonly #reader = new PacketReader()
  readonly #answers: string[] = []
  #waiting: ((answer: string) => void) | undefined

  constructor(guest: Debugger) {
    const { signal } = new AbortController()
    this.connection = new Connection({ guest, file: '/somewhere/guest.elf', signal, send: bytes => this.#take(bytes) })
  }

  get left(): Promise<Leaving> {
    return this.connection.left
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array | string): void {
    this.connection.receive(Buffer.from(bytes as Uint8Array))
  }

  /** Sends a body and returns the next answer. */
  ask(body: string): Promise<string> {
    this.raw(packet(body))
    return this.next()
  }

  next(): Promise<string> {
    const answer = this.#answers.shift()
    return answer === undefined ? new Promise(resolve => (this.#waiting = resolve)) : Promise.resolve(answer)
  }

  #take(bytes: Uint8Array): void {
    for (const received of this.#reader.read(bytes)) {
      if (received.type !== 'packet') continue
      if (this.#waiting === undefined) this.#answers.push(received.body)
      else this.#waiting(received.body)
      this.#waiting = undefined
    }
  }
}
