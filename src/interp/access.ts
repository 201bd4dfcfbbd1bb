/** Loads and stores of 1, 2, 4 and 8 bytes, little endian, at addresses that were checked before. */

/** The value at `address`, sign-extended (then negative) or zero-extended. */
export function readMemory(view: DataView, address: number, width: number, signed: boolean): bigint {
  switch (width) {
    case 1:
      return BigInt(signed ? view.getInt8(address) : view.getUint8(address))
    case 2:
      return BigInt(signed ? view.getInt16(address, true) : view.getUint16(address, true))
    case 4:
      return BigInt(signed ? view.getInt32(address, true) : view.getUint32(address, true))
    default:
      return view.getBigUint64(address, true)
  }
}

/** Writes the low `width` bytes of an unsigned register value. */
export function writeMemory(view: DataView, address: number, width: number, value: bigint): void {
  switch (width) {
    case 1:
      view.setUint8(address, Number(value & 0xffn))
      break
    case 2:
      view.setUint16(address, Number(value & 0xffffn), true)
      break
    case 4:
      view.setUint32(address, Number(value & 0xffff_ffffn), true)
      break
    default:
      view.setBigUint64(address, value, true)
  }
}
