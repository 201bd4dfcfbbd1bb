/** The generator's thread: makes again what an order names, and works on all orders in turns. */
import { parseElf } from '../../../elf/parse.ts'
import { imageKey, type Image } from '../../../elf/image.ts'
import { RvrError } from '../../../errors.ts'
import type { AbiChoice, GuestAbi } from '../../../extensions/abi.ts'
import { guestAbi } from '../../../extensions/registry.ts'
import { modeOf } from '../../../modes/registry.ts'
import type { Graph } from '../../../program/program.ts'
import { failureText } from './failure.ts'
import { generateInto } from './generate.ts'
import { instructionsDigest } from './instructions-digest.ts'
import type { FromGenerator, ToGenerator } from './messages.ts'
import type { GenerationOrder } from './order.ts'

/** Guests that are kept for their next mode, those that came last: a large one's graph takes hundreds of megabytes. */
const MOST_GUESTS = 2

/** A guest with the ABIs that it was asked for with: both decide what its graph is. */
interface Guest {
  readonly image: Image
  readonly abis: Map<string, Promise<GuestAbi>>
  /** Only here so that it stays as long as the guest. */
  readonly graphs: Set<Graph>
}

type Order = Extract<ToGenerator, { type: 'order' }>

export function startWork(post: (message: FromGenerator) => void): (message: ToGenerator) => void {
  const guests = new Map<string, Guest>()
  const working = new Map<number, AbortController>()

  async function work({ id, order, file }: Order, signal: AbortSignal): Promise<void> {
    const guest = guestOf(order, file)
    const abi = await abiOf(guest, order)
    const subject = { image: guest.image, abi, mode: await modeOf(order.mode) }
    const { graph, ...generated } = await generateInto(order, subject, {
      events: event => post({ id, type: 'event', event }),
      receive: files => post({ id, type: 'files', files }),
      signal,
    })
    guest.graphs.add(graph)
    post({ id, type: 'generated', generated })
  }

  function guestOf(order: GenerationOrder, file: Uint8Array): Guest {
    const key = imageKey({ digest: order.guest, memory: order.memory })
    const guest = guests.get(key) ?? { image: imageOf(file, order), abis: new Map(), graphs: new Set() }
    guests.delete(key)
    guests.set(key, guest)
    for (const oldest of [...guests.keys()].slice(0, -MOST_GUESTS)) guests.delete(oldest)
    return guest
  }

  return message => {
    if (message.type === 'abort') {
      working.get(message.id)?.abort()
      return
    }
    const { id } = message
    const controller = new AbortController()
    working.set(id, controller)
    void work(message, controller.signal)
      .catch((error: unknown) => post({ id, type: 'failed', failure: failureText(error) }))
      .finally(() => working.delete(id))
  }
}

function imageOf(file: Uint8Array, { guest: digest, memory }: GenerationOrder): Image {
  const image = parseElf(file, '<bytes>', undefined, memory)
  // A library under the key of a guest that it was not made of would be run for that guest ever after.
  if (image.digest !== digest)
    throw new RvrError('INTERNAL', 'the bytes of the guest changed before it was compiled', {
      hint: 'This is a defect in rvr; please report it.',
    })
  return image
}

/** @throws RvrError `CONFIG_INVALID`, `IO`. */
async function abiOf({ abis }: Guest, { abi: choice, instructions }: GenerationOrder): Promise<GuestAbi> {
  let made = abis.get(instructions)
  if (made === undefined) abis.set(instructions, (made = abiWith(choice, instructions)))
  made.catch(() => abis.delete(instructions))
  return made
}

async function abiWith(choice: AbiChoice, instructions: string): Promise<GuestAbi> {
  const abi = await guestAbi(choice)
  if (instructionsDigest(abi) === instructions) return abi
  throw new RvrError('CONFIG_INVALID', 'an extension has other instructions than when the guest was loaded', {
    hint: 'Load the guest anew in a process of its own: modules are read once.',
    details: { extensions: choice.extensions },
  })
}
